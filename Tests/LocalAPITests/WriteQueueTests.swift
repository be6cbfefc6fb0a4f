import Foundation
import GRDB
import JSONAPI
import Support
import Synchronization
import Testing

@testable import LocalAPI
@testable import Store

/// Writes that wait together go to the disk together, and each of them by itself.
@Suite struct WriteQueueTests {
  private let made: CrawledMirror
  private let topics: [ResourceID]
  private let commits = Commits()
  private let told = Told()
  private let reader: ResourceReader

  init() throws {
    made = try CrawledMirror.full()
    topics = try made.mirror.reading.identifiers(of: "node--topic").sorted { "\($0)" < "\($1)" }
    try #require(topics.count > 6)
    reader = ResourceReader(made.mirror)
    made.mirror.database.pool.add(transactionObserver: commits)
  }

  /// Counts transactions that changed anything.
  private final class Commits: TransactionObserver, Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { number.withLock { $0 += 1 } }
    func databaseDidRollback(_ db: Database) {}
  }

  /// What became of writes, in the order in which they were told.
  private final class Told: Sendable {
    private let ends = Mutex<[(Int, WaitingWrite.End)]>([])
    private let checked = Mutex(0)

    /// Notes that a write was checked again.
    func check() { checked.withLock { $0 += 1 } }
    var checks: Int { checked.withLock { $0 } }

    func put(_ number: Int, _ end: WaitingWrite.End) { ends.withLock { $0.append((number, end)) } }
    var order: [Int] { ends.withLock { $0.map(\.0) } }
    var recorded: [Int] {
      ends.withLock { ends in
        ends.compactMap { number, end in
          if case .recorded = end { number } else { nil }
        }
      }
    }
    func error(_ number: Int) -> (any Error)? {
      ends.withLock { ends in
        for (told, end) in ends where told == number {
          if case .failed(let error) = end { return error }
        }
        return nil
      }
    }
    func isOvertaken(_ number: Int) -> Bool {
      ends.withLock { ends in
        ends.contains { told, end in
          if case .overtaken = end { told == number } else { false }
        }
      }
    }
  }

  private static func topic(_ title: String) -> ResourceObject {
    var object = ResourceObject(type: "node--topic", id: nil)
    object.attributes = JSONObject([("title", .string(title))])
    return object
  }

  private func stamp(_ topic: ResourceID) throws -> WriteSubject.Stamp? {
    try reader.snapshot(seeing: .everything) { snapshot in
      try snapshot.resource(topic, entityType: "node") { .init(resource: $0.id, sequence: $0.sequence) }
    }
  }

  private func change(_ uuid: ResourceID, _ action: LocalChange.Action) -> LocalChange {
    LocalChange(type: "node--topic", uuid: uuid, action: action, author: ChangeAuthor(consumer: "crm"))
  }

  private func checked(
    _ uuid: ResourceID, _ actions: [LocalChange.Action], isDeletion: Bool = false, deletions: Int = 0
  ) throws -> WaitingWrite.Checked {
    WaitingWrite.Checked(
      changes: actions.map { change(uuid, $0) },
      outcome: RecordedWrite(resource: 0, type: "node--topic", uuid: uuid), stamp: try stamp(uuid),
      isDeletion: isDeletion, deletions: deletions)
  }

  /// A write that was checked just now.
  private func waiting(
    _ number: Int, _ checked: WaitingWrite.Checked, bytes: Int = 100,
    again: (@Sendable () throws -> WaitingWrite.Checked)? = nil
  ) -> WaitingWrite {
    WaitingWrite(
      checked: checked, again: again, now: 1_800_000_000, bytes: bytes, end: ContinuousClock.now + .seconds(60)
    ) { [told] in told.put(number, $0) }
  }

  /// An update of a topic, which is checked again as often as others were faster.
  private func update(_ number: Int, _ topic: ResourceID, _ title: String, bytes: Int = 100) throws -> WaitingWrite {
    waiting(number, try checked(topic, [.update(Self.topic(title))]), bytes: bytes) {
      told.check()
      return try checked(topic, [.update(Self.topic(title))])
    }
  }

  private func title(_ topic: ResourceID) throws -> String? {
    let stored = try made.mirror.reading.document(of: topic, type: "node--topic")
    return try stored.flatMap { try JSON(parsing: $0)["attributes"]?["title"]?.string }
  }

  private func record(_ writes: [WaitingWrite], within bounds: WriteQueue.Bounds = .init()) {
    let queue = WriteQueue(bounds)
    let leads = writes.map { queue.add($0) }
    #expect(leads == writes.indices.map { $0 == 0 })
    queue.lead(made.mirror.recording)
  }

  @Test func thoseThatWaitGoInOneTransaction() throws {
    let new = ResourceID.random()
    var writes = try (0..<5).map { try update($0, topics[$0], "Title \($0)") }
    writes.append(waiting(5, try checked(new, [.create(Self.topic("New"))])))
    record(writes)
    #expect(told.recorded == [0, 1, 2, 3, 4, 5] && commits.count == 1)
    #expect(try made.mirror.outbox.unsettledChanges().count == 6)
    #expect(try title(topics[3]) == "Title 3" && title(new) == "New")
  }

  @Test func oneThatIsRefusedCostsTheOthersNothing() throws {
    let new = ResourceID.random()
    record([
      waiting(0, try checked(new, [.create(Self.topic("First"))])),
      waiting(1, try checked(new, [.create(Self.topic("Second"))])),
      try update(2, topics[0], "Other"),
    ])
    #expect(told.recorded == [0, 2] && commits.count == 1)
    #expect(told.error(1) as? RecordRefusal == .alreadyExists(type: "node--topic", new))
    #expect(try title(new) == "First" && title(topics[0]) == "Other")
    #expect(try made.mirror.outbox.unsettledChanges().count == 2)
  }

  /// The first half of it was written already, and so were numbers and names that nobody may go by afterwards.
  @Test func nothingIsLeftOfARefusedOne() throws {
    let new = ResourceID.random()
    let before = try title(topics[1])
    var odd = try checked(topics[1], [.update(Self.topic("Half")), .append([], to: "no_such_field")])
    odd.changes.insert(change(new, .create(Self.topic("Half, too"))), at: 0)
    record([try update(0, topics[0], "One"), waiting(1, odd), try update(2, topics[2], "Three")])
    #expect(told.recorded == [0, 2] && commits.count == 1)
    #expect(told.error(1) as? RecordRefusal == .noRelationship(type: "node--topic", name: "no_such_field"))
    #expect(try title(topics[1]) == before && title(new) == nil)
    #expect(try title(topics[0]) == "One" && title(topics[2]) == "Three")
    #expect(try made.mirror.outbox.unsettledChanges().map(\.uuid) == [topics[0], topics[2]])
    // The next transaction reads names and numbers as they are.
    record([waiting(3, try checked(new, [.create(Self.topic("Whole"))]))])
    #expect(try told.recorded == [0, 2, 3] && title(new) == "Whole")
  }

  @Test func ofOneResourceTheNextSeesWhatTheOneBeforeMade() throws {
    record([
      try update(0, topics[0], "First"), try update(1, topics[0], "Second"), try update(2, topics[1], "Other"),
      try update(3, topics[0], "Third"),
    ])
    #expect(told.order.filter { $0 != 2 } == [0, 1, 3] && told.recorded.count == 4)
    #expect(try title(topics[0]) == "Third" && title(topics[1]) == "Other")
    #expect(commits.count == 3 && told.checks >= 2)
    #expect(try made.mirror.outbox.unsettledChanges().count == 2)
  }

  /// What another program has changed meanwhile counts as well.
  @Test func whatOthersHaveChangedIsCheckedAgain() throws {
    let first = try update(0, topics[0], "Mine")
    _ = try made.mirror.recording.record(change(topics[0], .update(Self.topic("Theirs"))), at: 1_800_000_000)
    record([first])
    #expect(try told.recorded == [0] && told.checks == 1 && title(topics[0]) == "Mine")
  }

  @Test func whatTakesLongToCheckIsNotCheckedWhileOthersWait() throws {
    let long = waiting(0, try checked(topics[0], [.update(Self.topic("Mine"))]))
    _ = try made.mirror.recording.record(change(topics[0], .update(Self.topic("Theirs"))), at: 1_800_000_000)
    record([long, try update(1, topics[1], "Other")])
    #expect(told.isOvertaken(0) && told.recorded == [1])
    #expect(try title(topics[0]) == "Theirs")
  }

  /// What a write points to may be what was deleted before it in the same group.
  @Test func behindADeletionAllAreCheckedAgain() throws {
    record([
      waiting(0, try checked(topics[0], [.delete], isDeletion: true)),
      waiting(1, try checked(topics[1], [.delete], isDeletion: true)),
      waiting(2, try checked(topics[2], [.update(Self.topic("Third"))])) {
        told.check()
        return try checked(topics[2], [.update(Self.topic("Third"))], deletions: 2)
      },
    ])
    #expect(told.recorded == [0, 1, 2] && commits.count == 2 && told.checks == 1)
    #expect(try made.mirror.outbox.unsettledChanges().map(\.kind) == [.delete, .delete, .update])
  }

  @Test func aGroupHasItsBounds() throws {
    record(try (0..<5).map { try update($0, topics[$0], "Title \($0)") }, within: .init(writes: 2))
    #expect(told.recorded == [0, 1, 2, 3, 4] && commits.count == 3)
  }

  /// A large one goes by itself, in its turn: those behind it do not pass it.
  @Test func aLargeOneKeepsItsPlace() throws {
    record(
      try (0..<4).map { try update($0, topics[$0], "Title \($0)", bytes: $0 == 1 ? 1_000 : 10) },
      within: .init(bytes: 100))
    #expect(told.order == [0, 1, 2, 3] && told.recorded.count == 4 && commits.count == 3)
  }

  /// A group that takes long is not waited for by the engine: the rest goes into the next.
  @Test func aGroupHasItsTime() throws {
    record(try (0..<3).map { try update($0, topics[$0], "Title \($0)") }, within: .init(time: .zero))
    #expect(told.recorded == [0, 1, 2] && commits.count == 3)
  }

  /// Whatever the disk did not take, nobody is told of as recorded, and nobody else is told of as refused.
  @Test func aFullDiskIsToldToThoseWhomItHits() throws {
    try made.mirror.database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1") }
    var (number, failed) = (0, 0)
    while failed == 0, number < 4_000 {
      let writes = try (number..<number + 20).map { number in
        let title = "\(number) " + String(repeating: "x", count: 200)
        return waiting(number, try checked(.random(), [.create(Self.topic(title))]))
      }
      record(writes)
      failed = (number..<number + 20).count { told.error($0) != nil }
      number += 20
    }
    #expect(failed > 0 && told.order.count == number)
    for one in 0..<number {
      if let error = told.error(one) { #expect((error as? MirrorFault)?.kind == .full, "\(error)") }
    }
    #expect(try made.mirror.outbox.unsettledChanges().count == told.recorded.count)
    try made.mirror.database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
    record([waiting(number, try checked(.random(), [.create(Self.topic("Room"))]))])
    #expect(told.recorded.last == number)
  }

  /// What fails at the end fails for all.
  @Test func aGroupThatIsNotCommittedIsNobodys() throws {
    struct Fault: Error {}
    let new = ResourceID.random()
    #expect(throws: Fault.self) {
      try made.mirror.recording.together(waiting: { _ in true }) { group in
        _ = try group.record([change(new, .create(Self.topic("New")))], at: 1_800_000_000)
        _ = try group.record([change(topics[0], .update(Self.topic("Other")))], at: 1_800_000_000)
        throw Fault()
      }
    }
    #expect(try made.mirror.outbox.unsettledChanges().isEmpty && title(new) == nil)
    record([waiting(0, try checked(new, [.create(Self.topic("New"))]))])
    #expect(try told.recorded == [0] && title(new) == "New")
  }

  /// Whose time is up while another program has the lock is told so; who comes later waits on.
  @Test(.timeLimit(.minutes(5))) func whoseTimeIsUpDoesNotWaitForTheLock() async throws {
    var unsafe = Configuration()
    unsafe.allowsUnsafeTransactions = true
    let path = made.folder.appending(path: "mirror.sqlite").path
    let other = try DatabaseQueue(path: path, configuration: unsafe)
    try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    let checked = try checked(topics[0], [.update(Self.topic("Late"))])
    let late = WaitingWrite(
      checked: checked, again: nil, now: 1_800_000_000, bytes: 1, end: ContinuousClock.now
    ) { [told] in told.put(0, $0) }
    let writes = [late, try update(1, topics[1], "Other")]
    let queue = WriteQueue()
    for write in writes { _ = queue.add(write) }
    async let led: Void = onThread { [made] in queue.lead(made.mirror.recording) }
    while told.order.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    #expect((told.error(0) as? MirrorFault)?.kind == .busy && told.recorded.isEmpty)
    try other.inDatabase { try $0.execute(sql: "COMMIT") }
    try await led
    #expect(told.recorded == [1])
  }
}
