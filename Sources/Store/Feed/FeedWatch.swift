/// Wakes those who wait for the mirror to change: at once after a commit of this process, and within half a second after one of
/// another. Nothing of the mirror is held while they wait.
package final class FeedWatch: Sendable {
  /// How often it is looked whether another process has written: one look at a counter in shared memory (`MirrorVersion`).
  private static let pause = Duration.milliseconds(500)

  /// Commits that follow each other so closely wake once: a mirror that takes in a site commits many times a second.
  private static let gathering = Duration.milliseconds(20)

  private let version: MirrorVersion
  private let commits: CommitSignal

  /// A watch over a mirror.
  /// - Throws: `SQLiteFault` when the mirror cannot be opened, `MirrorFault` when it is another file.
  package init(_ feed: ChangeFeed) throws {
    version = try MirrorVersion(file: feed.database.file)
    commits = feed.database.commits
  }

  /// The mirror's version now: what is read after this call is at least as new. To be taken before what is read, and given to `wait`.
  /// - Throws: `SQLiteFault`, `MirrorFault`.
  package func seen() throws -> Int64 { try version.current() }

  /// Waits until something was committed since a version, whatever it is.
  /// - Returns: false where nothing was in that time.
  /// - Throws: as `seen`; `CancellationError`.
  package func wait(past seen: Int64, for time: Duration) async throws -> Bool {
    let end = ContinuousClock.now + time
    while true {
      // Entered before the look: what is committed between both wakes.
      let wakings = commits.wakings()
      if try version.current() != seen {
        try await Task.sleep(for: FeedWatch.gathering)
        return true
      }
      let left = end - ContinuousClock.now
      guard left > .zero else { return false }
      let pause = min(left, FeedWatch.pause)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in wakings { break } }
        group.addTask { try await Task.sleep(for: pause) }
        defer { group.cancelAll() }
        _ = try await group.next()
      }
      try Task.checkCancellation()
    }
  }
}
