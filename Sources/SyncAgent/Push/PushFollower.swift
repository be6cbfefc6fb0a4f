import Foundation
import Logging
import Store
import Synchronization
import Upstream

/// Pushes whenever there is something to push: it watches the database, so that it hears of changes of this process at once
/// and of other processes within a second. It asks the site nothing while nothing waits.
package struct PushFollower: Sendable {
  private let push: PushRound
  private let failed: @Sendable (any Error) async throws -> Void
  private let pushed: @Sendable (PushReport) -> Void

  /// - Parameters:
  ///   - failed: is told what stopped a push; what it throws ends the following.
  ///   - pushed: is told what a push did that did something.
  package init(
    push: PushRound, pushed: @escaping @Sendable (PushReport) -> Void = { _ in },
    failed: @escaping @Sendable (any Error) async throws -> Void
  ) {
    self.push = push
    self.pushed = pushed
    self.failed = failed
  }

  /// Follows until the task is cancelled.
  package func run() async throws {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let next = NextAttempt()
    let outbox = push.outbox
    let now = push.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in outbox.outboxChanges() { wake.yield() } }
      group.addTask {
        let watch = try OutboxWatch(outbox)
        while true {
          try await Task.sleep(for: .seconds(1))
          // When that cannot be told, a look does no harm.
          if (try? watch.hasChanged()) ?? true || next.isDue(now()) { wake.yield() }
        }
      }
      wake.yield()
      var failures = 0
      for await _ in wakes {
        // While the site is away, a change that comes is no reason to ask it again.
        if failures > 0, !next.isDue(now()) { continue }
        do {
          let report = try await push.run(waits: false)
          failures = 0
          next.set(report.next)
          if report.requests > 0 { pushed(report) }
        } catch {
          try Task.checkCancellation()
          failures += 1
          let longest = push.site.retries.longestWaitSeconds
          next.set(now() + Int64(min(longest, pow(2, Double(min(failures, 10))))))
          try await failed(error)
        }
      }
      group.cancelAll()
      try Task.checkCancellation()
    }
  }
}

/// When the next attempt is due.
private final class NextAttempt: Sendable {
  private let time = Mutex<Int64?>(nil)

  func set(_ next: Int64?) { time.withLock { $0 = next } }
  func isDue(_ now: Int64) -> Bool { time.withLock { $0.map { $0 <= now } ?? false } }
}
