import Store

/// Whether the mirror is current enough to be read from, decided from when rounds went well.
package struct Readiness: Sendable, Hashable {
  /// Whether it is.
  package let isReady: Bool
  /// Why, for people.
  package let reason: String

  /// - Parameters:
  ///   - within: how old the newest good round may be, in seconds.
  ///   - now: Unix seconds of this machine.
  package init(_ rounds: RoundTimes, within readySeconds: Int, at now: Int64) {
    guard let age = rounds.age(at: now) else {
      isReady = false
      reason = "not ready: no round was good yet"
      return
    }
    isReady = age <= Int64(readySeconds)
    reason =
      isReady
      ? "ready: the newest good round ended \(age) s ago"
      : "not ready: the newest good round ended \(age) s ago, longer than admin.readySeconds (\(readySeconds)) allows"
  }
}
