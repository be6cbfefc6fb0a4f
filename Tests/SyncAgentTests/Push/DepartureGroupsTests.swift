import Foundation
import JSONAPI
import Synchronization
import Testing

@testable import Store
@testable import SyncAgent

/// Changes that are about to leave, written down together.
@Suite struct DepartureGroupsTests {
  private struct Refused: Error {}

  /// The changes of each transaction, by their numbers.
  private final class Disk: Sendable {
    let written = Mutex<[[Int64]]>([])
    /// The first transaction lasts until so many wait behind it.
    let waits: Int
    let groups = Mutex<DepartureGroups?>(nil)
    let odd: Int64?

    init(waits: Int, odd: Int64? = nil) { (self.waits, self.odd) = (waits, odd) }

    func write(_ departures: [Departure]) throws -> [Bool] {
      let ids = departures.map(\.change.id)
      let isFirst = written.withLock { written in
        written.append(ids)
        return written.count == 1
      }
      let end = ContinuousClock.now + .seconds(20)
      while isFirst, groups.withLock({ $0?.waitingCount ?? 0 }) < waits, ContinuousClock.now < end { usleep(500) }
      if let odd, ids.contains(odd) { throw Refused() }
      return ids.map { !$0.isMultiple(of: 5) }
    }
  }

  private static func departure(_ id: Int64) -> Departure {
    let change = OutboxChange(
      id: id, resource: id, type: "node--topic", uuid: ResourceID(high: 1, low: UInt64(id)), kind: .update, members: [],
      author: ChangeAuthor(), recorded: 0, state: .queued, version: 1, sends: 0, attempts: 0, nextAttempt: 0)
    return Departure(change, members: [], site: nil)
  }

  /// What each change was told; nil where writing it failed.
  private static func begin(_ ids: [Int64], on disk: Disk) async -> [Int64: Bool?] {
    let groups = DepartureGroups { try disk.write($0) }
    disk.groups.withLock { $0 = groups }
    return await withTaskGroup(of: (Int64, Bool?).self, returning: [Int64: Bool?].self) { tasks in
      for id in ids { tasks.addTask { (id, try? await groups.begin(departure(id))) } }
      var told: [Int64: Bool?] = [:]
      for await (id, mayLeave) in tasks { told[id] = .some(mayLeave) }
      return told
    }
  }

  @Test func whatAsksMeanwhileGoesTogether() async {
    let disk = Disk(waits: 3)
    let told = await Self.begin([1, 2, 3, 5], on: disk)
    #expect(told == [1: true, 2: true, 3: true, 5: false])
    let written = disk.written.withLock { $0 }
    #expect(written.map(\.count) == [1, 3] && Set(written.joined()) == [1, 2, 3, 5])
  }

  @Test func aFaultOfOneCostsTheOthersNothing() async {
    let disk = Disk(waits: 3, odd: 2)
    let told = await Self.begin([1, 2, 3, 4], on: disk)
    #expect(told == [1: true, 2: nil, 3: true, 4: true])
  }

  /// One after the other, each has a transaction of its own, and nobody is left behind.
  @Test func whoIsAloneDoesNotWait() async throws {
    let disk = Disk(waits: 0)
    let groups = DepartureGroups { try disk.write($0) }
    for id in [Int64](1...3) { #expect(try await groups.begin(Self.departure(id))) }
    #expect(disk.written.withLock { $0 } == [[1], [2], [3]])
  }
}
