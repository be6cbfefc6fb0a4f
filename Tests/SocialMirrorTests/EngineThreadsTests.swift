import Dispatch
import Synchronization
import Testing

@testable import SocialMirror

@Suite(.timeLimit(.minutes(5))) struct EngineThreadsTests {
  private final class Tally: Sendable { let done = Atomic(0) }

  private static func wait(for semaphore: DispatchSemaphore) { semaphore.wait() }

  /// A job that holds its thread does not keep the next one from a thread that is free.
  @Test func oneThatWaitsHoldsUpNobody() async {
    let threads = EngineThreads(count: 2)
    for _ in 0..<500 {
      let semaphore = DispatchSemaphore(value: 0)
      await withTaskGroup(of: Void.self) { group in
        group.addTask(executorPreference: threads) { Self.wait(for: semaphore) }
        group.addTask(executorPreference: threads) { semaphore.signal() }
      }
    }
  }

  /// Every job is done, however many come at once.
  @Test(arguments: [1, 2, 5]) func allJobsAreDone(count: Int) async {
    let threads = EngineThreads(count: count)
    let tally = Tally()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<2_000 {
        group.addTask(executorPreference: threads) {
          await Task.yield()
          tally.done.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(tally.done.load(ordering: .relaxed) == 2_000)
  }
}
