import Store
import Synchronization
import Testing

@testable import SyncAgent

private struct DiskFull: Error, Equatable {}

private func page(_ number: Int) -> PageApplication {
  PageApplication(type: "node--topic", resources: [], omitted: number, cursor: nil, run: 1)
}

/// The way of pages from the readers to the writer.
@Suite struct PageQueueTests {
  @Test func pagesComeInOrderAndSeveralAtATime() async throws {
    let queue = PageQueue(limit: 3)
    for number in 1...3 { try await queue.submit(page(number)) }
    #expect(await queue.take().map(\.omitted) == [1, 2, 3])
  }

  @Test func neverMoreThanTheLimitWait() async throws {
    let queue = PageQueue(limit: 4)
    let largest = try await withThrowingTaskGroup(of: Int.self) { group in
      for reader in 0..<8 {
        group.addTask {
          for number in 0..<25 { try await queue.submit(page(reader * 25 + number)) }
          return 0
        }
      }
      var batches: [[Int]] = []
      while batches.joined().count < 200 { batches.append(await queue.take().map(\.omitted)) }
      try await group.waitForAll()
      #expect(Set(batches.joined()).count == 200)
      for reader in 0..<8 {
        let own = batches.joined().filter { $0 / 25 == reader }
        #expect(own == own.sorted())
      }
      return batches.map(\.count).max() ?? 0
    }
    #expect(largest <= 4)
  }

  /// Pages with nothing new wait for one that has, or until they are many; they stay in order, and hold up no reader.
  @Test func pagesWithNothingNewGoTogether() async throws {
    func quiet(_ number: Int) -> PageApplication {
      var quiet = page(number)
      quiet.isNothingNew = true
      return quiet
    }
    let queue = PageQueue(limit: 2)
    for number in 1...9 { try await queue.submit(quiet(number)) }
    async let taken = queue.take()
    try await queue.submit(page(10))
    #expect(await taken.map(\.omitted) == Array(1...10))
    for number in 1...64 { try await queue.submit(quiet(number)) }
    #expect(await queue.take().count == 64)
    for number in 1...3 { try await queue.submit(quiet(number)) }
    await queue.close()
    #expect(await queue.take().map(\.omitted) == [1, 2, 3])
    #expect(await queue.take().isEmpty)
  }

  @Test func aClosedQueueIsDrainedThenEmpty() async throws {
    let queue = PageQueue(limit: 2)
    try await queue.submit(page(1))
    await queue.close()
    #expect(await queue.take().count == 1)
    #expect(await queue.take().isEmpty)
  }

  @Test func closingWakesTheWriter() async {
    let queue = PageQueue(limit: 2)
    async let taken = queue.take()
    await queue.close()
    #expect(await taken.isEmpty)
  }

  @Test func theWritersFailureReachesThoseWhoWaitAndThoseWhoCome() async throws {
    let queue = PageQueue(limit: 1)
    try await queue.submit(page(1))
    await withTaskGroup(of: Bool.self) { group in
      for number in 2...4 {
        group.addTask {
          do { try await queue.submit(page(number)) } catch { return error is DiskFull }
          return false
        }
      }
      await queue.fail(DiskFull())
      for await toldSo in group { #expect(toldSo) }
    }
    await #expect(throws: DiskFull.self) { try await queue.submit(page(5)) }
    await queue.close()
    #expect(await queue.take().isEmpty)
  }

  @Test func aCancelledReaderHandsOverNothing() async {
    let queue = PageQueue(limit: 1)
    let outcome = await withTaskGroup(of: Bool.self) { group in
      group.cancelAll()
      group.addTask {
        do { try await queue.submit(page(1)) } catch { return error is CancellationError }
        return false
      }
      return await group.next() ?? false
    }
    #expect(outcome)
    await queue.close()
    #expect(await queue.take().isEmpty)
  }
}
