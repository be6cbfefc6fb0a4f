import Dispatch
import Foundation
import Testing

@testable import SocialMirror

/// Signs of life.
@Suite struct WatchdogTests {
  @Test func anEngineAtOneThingForLongIsStuck() {
    let liveness = Liveness(watchdogSeconds: 30)
    #expect(liveness.isAlive(jobSeconds: 0))
    #expect(liveness.isAlive(jobSeconds: 300))
    #expect(!liveness.isAlive(jobSeconds: 301))
  }

  @Test func aThreadThatHangsIsSeenBesideOthersThatWork() async throws {
    let threads = EngineThreads(count: 2)
    #expect(threads.longestJobSeconds() == 0)
    let hang = DispatchSemaphore(value: 0)
    let hanging = Task(executorPreference: threads) { WatchdogTests.wait(hang) }
    for _ in 0..<20 {
      await Task(executorPreference: threads) {}.value
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(threads.longestJobSeconds() > 0.2)
    hang.signal()
    await hanging.value
    while threads.longestJobSeconds() > 0 { try await Task.sleep(for: .milliseconds(5)) }
  }

  private static func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }

  @Test func strangeTimesAreNone() {
    for text in ["", "abc", "0", "-5", "nan", "inf"] {
      #expect(ServiceNotifier(environment: ["WATCHDOG_USEC": text]).watchdogSeconds == nil, "\(text)")
    }
    #expect(ServiceNotifier(environment: ["WATCHDOG_USEC": "60000000"]).watchdogSeconds == 30)
  }

  @Test func aStatusIsOneLine() {
    #expect(ServiceNotifier.line("a\nREADY=1") == "a\\nREADY=1")
    #expect(ServiceNotifier.line(String(repeating: "x", count: 10_000)).count == 500)
  }
}
