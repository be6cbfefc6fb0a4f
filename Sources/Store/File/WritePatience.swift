/// How long a write waits for another program's lock. Nothing of it is begun before the lock is there.
package enum WritePatience {
  /// Until when; nil for as long as is usual.
  @TaskLocal package static var end: ContinuousClock.Instant?

  /// What an engine or a command waits.
  static let usual = Duration.seconds(15)
}
