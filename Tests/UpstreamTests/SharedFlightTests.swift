import Synchronization
import Testing

@testable import Upstream

@Suite struct SharedFlightTests {
  let flight = SharedFlight<Int>()
  let flights = Count()

  final class Count: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func next() -> Int {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }

  /// Waits until so many callers wait.
  func gathered(_ count: Int) async { while flight.waiters < count { await Task.yield() } }

  @Test func allWaitForOne() async throws {
    let (gate, open) = AsyncStream<Void>.makeStream()
    let values = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<100 {
        group.addTask {
          try await flight.value {
            let number = flights.next()
            for await _ in gate {}
            return number
          }
        }
      }
      await gathered(100)
      open.finish()
      return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(values == [1])
    #expect(flights.value == 1)
    // The next caller starts anew.
    #expect(try await flight.value { 7 } == 7)
  }

  @Test func allAreToldOfAFailure() async throws {
    struct Lost: Error {}
    let (gate, open) = AsyncStream<Void>.makeStream()
    await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<10 {
        group.addTask {
          try await flight.value {
            for await _ in gate {}
            throw Lost()
          }
        }
      }
      await gathered(10)
      open.finish()
      while let outcome = await group.nextResult() { #expect(throws: Lost.self) { try outcome.get() } }
    }
    #expect(try await flight.value { 8 } == 8)
  }

  @Test func theFlightOutlivesItsCallers() async throws {
    let (gate, open) = AsyncStream<Void>.makeStream()
    let (ended, end) = AsyncStream<Bool>.makeStream()
    await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<10 {
        group.addTask {
          try await flight.value {
            for await _ in gate {}
            end.yield(Task.isCancelled)
            return 1
          }
        }
      }
      await gathered(10)
      group.cancelAll()
      while let outcome = await group.nextResult() {
        #expect(throws: CancellationError.self) { try outcome.get() }
      }
    }
    open.finish()
    var wasCancelled = ended.makeAsyncIterator()
    #expect(await wasCancelled.next() == false)
  }
}
