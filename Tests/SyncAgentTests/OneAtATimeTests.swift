import Synchronization
import Testing

@testable import SyncAgent

/// Who does something that only one may do at a time.
@Suite(.timeLimit(.minutes(5))) struct OneAtATimeTests {
  private struct Count: Sendable {
    var inside = 0
    var most = 0
    var all = 0
  }

  private final class Counted: Sendable {
    let state = Mutex(Count())
  }

  @Test func nobodyIsBesideAnother() async throws {
    let alone = OneAtATime()
    let counted = Counted()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          try await alone.run {
            counted.state.withLock { state in
              state.inside += 1
              state.most = max(state.most, state.inside)
            }
            await Task.yield()
            counted.state.withLock { state in
              state.inside -= 1
              state.all += 1
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(counted.state.withLock { $0.most } == 1)
    #expect(counted.state.withLock { $0.all } == 100)
  }

  /// Who is cancelled while it waits leaves the row; those behind it come all the same.
  @Test func whoIsCancelledHoldsUpNobody() async throws {
    let alone = OneAtATime()
    let (opens, open) = AsyncStream.makeStream(of: Void.self)
    let first = Task { try await alone.run { for await _ in opens {} } }
    // Whichever comes first, nobody stays outside.
    try await Task.sleep(for: .milliseconds(50))
    let second = Task { try await alone.run {} }
    let third = Task { try await alone.run { 3 } }
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    open.finish()
    try await first.value
    #expect(try await third.value == 3)
  }

  @Test func anErrorLetsTheNextOneIn() async throws {
    struct Odd: Error {}
    let alone = OneAtATime()
    await #expect(throws: Odd.self) { try await alone.run { () async throws -> Void in throw Odd() } }
    #expect(try await alone.run { 1 } == 1)
  }
}
