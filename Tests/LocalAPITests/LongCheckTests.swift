import Foundation
import GRDB
import JSONAPI
import Store
import Support
import Synchronization
import Testing

@testable import LocalAPI

/// Checks of writes that take long: they end in time, hold up nobody else, and what they found is true when it is recorded.
@Suite struct LongCheckTests {
  private static let address = "http://localhost"

  private static func body(_ id: String?, _ attributes: [(String, JSON)]) -> [UInt8] {
    var members: [(String, JSON)] = [("type", "node--topic")]
    if let id { members.append(("id", .string(id))) }
    members.append(("attributes", .object(JSONObject(attributes))))
    return JSON.object(JSONObject([("data", .object(JSONObject(members)))])).encoded(.plain)
  }

  private static func request(_ route: WriteRoute, _ method: String) -> WriteRequest {
    let place = route.path + (route.id.map { "/\($0)" } ?? "")
    return WriteRequest(
      route: route, method: method, uri: RequestURI(base: address, target: place), base: DocumentBase(address),
      sight: .everything, author: ChangeAuthor(consumer: "crm"), mayWrite: { _, _ in true })
  }

  private static func change(_ id: String, _ method: String = "PATCH") -> WriteRequest {
    request(.change("/jsonapi/node/topic", id: id), method)
  }

  /// What is done while the first check goes on, once.
  private final class Meanwhile: Sendable {
    private let work: Mutex<(@Sendable () throws -> Void)?>
    private let outcome = Mutex<(any Error)?>(nil)

    init(_ work: @escaping @Sendable () throws -> Void) { self.work = Mutex(work) }

    func run() {
      let once = work.withLock { slot in
        defer { slot = nil }
        return slot
      }
      do { try once?() } catch { outcome.withLock { $0 = error } }
    }

    /// What went wrong.
    var error: (any Error)? { outcome.withLock { $0 } }
    /// Whether it was done.
    var isDone: Bool { work.withLock { $0 == nil } }
  }

  /// Counts from 1.
  private final class Counter: Sendable {
    private let count = Mutex<Int64>(0)

    func next() -> Int64 {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }

  /// The same answers, while whose checks something is done.
  private func slowed(_ writes: WriteAnswers, _ work: @escaping @Sendable () -> Void) -> WriteAnswers {
    var slow = writes
    slow.whileChecking = work
    return slow
  }

  /// Answers over a mirror, and the topics in it.
  private func ground() throws -> (made: CrawledMirror, writes: WriteAnswers, topics: [String]) {
    let made = try CrawledMirror.full()
    let writes = WriteAnswers(
      answers: ResourceAnswers(reader: ResourceReader(made.mirror)), reading: made.mirror.reading,
      recording: made.mirror.recording)
    let topics = try made.mirror.reading.identifiers(of: "node--topic").map { "\($0)" }.sorted()
    try #require(topics.count > 3)
    return (made, writes, topics)
  }

  /// The check of one write goes on, and others are recorded.
  @Test func aLongCheckHoldsUpNobody() async throws {
    let (made, quick, topics) = try ground()
    let others = Meanwhile {
      _ = try quick.recordNow(Self.change(topics[1]), Self.body(topics[1], [("title", "Other")]), at: 1_800_000_000)
      _ = try quick.recordNow(
        Self.request(.create("/jsonapi/node/topic"), "POST"), Self.body(nil, [("title", "New")]), at: 1_800_000_000)
    }
    let slow = slowed(quick) { others.run() }
    _ = try await slow.record(
      Self.change(topics[0]), ReceivedBody(Self.body(topics[0], [("title", "Mine")])), at: 1_800_000_000)
    #expect(others.isDone && others.error == nil)
    #expect(try made.mirror.outbox.unsettledChanges().map(\.kind) == [.update, .create, .update])
  }

  /// Two clients that have read the same: the second to be recorded sees the first.
  @Test func whatWasCheckedIsCheckedAgainWhereOthersWereFaster() async throws {
    let (made, quick, topics) = try ground()
    let uuid = try #require(ResourceID(topics[0]))
    let stored = try #require(try made.mirror.reading.document(of: uuid, type: "node--topic"))
    let changed = try #require(try JSON(parsing: stored)["attributes"]?["changed"])
    let others = Meanwhile {
      _ = try quick.recordNow(
        Self.change(topics[0]), Self.body(topics[0], [("title", "Other"), ("changed", changed)]), at: 1_800_000_000)
    }
    let slow = slowed(quick) { others.run() }
    let body = Self.body(topics[0], [("title", "Mine"), ("changed", changed)])
    let refusal = await #expect(throws: ErrorResponse.self) {
      _ = try await slow.record(Self.change(topics[0]), ReceivedBody(body), at: 1_800_000_000)
    }
    #expect(others.isDone && others.error == nil && refusal?.status == 403)
    #expect(try made.mirror.outbox.unsettledChanges().count == 1)
  }

  /// What a write points to was deleted while it was checked: it is told so.
  @Test func aTargetThatIsDeletedMeanwhileIsNoTarget() async throws {
    let (made, quick, _) = try ground()
    let event = try #require(try made.mirror.reading.identifiers(of: "node--event").first).description
    let deletion = Self.request(.change("/jsonapi/node/event", id: event), "DELETE")
    let others = Meanwhile { _ = try quick.recordNow(deletion, [], at: 1_800_000_000) }
    let slow = slowed(quick) { others.run() }
    let document: JSON = [
      "data": [
        "type": "comment--comment", "attributes": ["subject": "x"],
        "relationships": ["entity_id": ["data": ["type": "node--event", "id": .string(event)]]],
      ]
    ]
    let write = Self.request(.create("/jsonapi/comment/comment"), "POST")
    let refusal = await #expect(throws: ErrorResponse.self) {
      _ = try await slow.record(write, ReceivedBody(document.encoded(.plain)), at: 1_800_000_000)
    }
    #expect(others.isDone && others.error == nil && refusal?.status == 404)
    #expect(try made.mirror.outbox.unsettledChanges().map(\.kind) == [.delete])
  }

  /// Who is never the fastest is told to come again where the check takes long; else the others wait for it once.
  @Test(arguments: [true, false]) func whoIsOvertakenAgainAndAgain(isLong: Bool) async throws {
    let (made, quick, topics) = try ground()
    let counter = Counter()
    var slow = slowed(quick) {
      let number = counter.next()
      _ = try? quick.recordNow(
        Self.change(topics[0]), Self.body(topics[0], [("title", .string("Other \(number)"))]),
        at: 1_800_000_000 + number)
    }
    slow.shortCheck = isLong ? .zero : .seconds(600)
    let outcome: Result<RecordedWrite, any Error>
    do {
      outcome = .success(
        try await slow.record(
          Self.change(topics[0]), ReceivedBody(Self.body(topics[0], [("title", "Mine")])), at: 1_800_000_000))
    } catch { outcome = .failure(error) }
    let change = try #require(try made.mirror.outbox.unsettledChanges().first)
    let title = change.members.first { $0.name == "title" }?.local
    if isLong {
      let refusal = #expect(throws: ErrorResponse.self) { _ = try outcome.get() }
      #expect(refusal?.status == 503 && refusal?.fields.contains { $0.name == "Retry-After" } == true)
      #expect(title == "Other 5")
    } else {
      #expect(try outcome.get().changes == [change.id])
      #expect(title == "Mine")
    }
  }

  /// A value that is looked for among very many rows: 503 in the site's form, and nothing is recorded.
  @Test func aCheckThatTakesTooLongIs503() async throws {
    let made = try CrawledMirror.full(damagedBy: "20,000 resources without identity or id")
    let queue = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    try await queue.write { db in
      try db.execute(
        sql: """
          INSERT INTO resource (id, type, internal_id, sequence, document, splices)
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
          SELECT 10000000 + i, t.id, 10000000 + i, 10000000 + i, '{"attributes":{}}', x''
          FROM n JOIN resource_type t ON t.name = 'node--topic'
          """)
    }
    let api = try await InProcessLocalAPI(made, readLimit: .nanoseconds(1))
    let body = Self.body(nil, [("title", "New"), ("field_content_visibility", "nobody")])
    let answer = await api.answer(
      "POST", "/jsonapi/node/topic", ["Content-Type": "application/vnd.api+json"], body: body)
    #expect(answer.status == 503 && answer.fields["retry-after"] == "2")
    #expect(answer.fields["content-type"] == "application/vnd.api+json")
    #expect(try JSON(parsing: answer.body)["errors"]?[0]?["status"] == "503")
    #expect(try made.mirror.outbox.unsettledChanges().isEmpty)
  }
}

extension WriteAnswers {
  /// Records a write with a body in memory, and waits for it: on a thread where checks are made, which tasks do not need.
  fileprivate func recordNow(_ write: WriteRequest, _ body: [UInt8], at now: Int64) throws -> RecordedWrite {
    let isOver = DispatchSemaphore(value: 0)
    let box = Box()
    Task {
      do {
        let recorded = try await record(write, ReceivedBody(body), at: now)
        box.put(.success(recorded))
      } catch { box.put(.failure(error)) }
      isOver.signal()
    }
    isOver.wait()
    return try #require(box.taken).get()
  }
}

/// What a task leaves to the thread that waits for it.
private final class Box: Sendable {
  private let outcome = Mutex<Result<RecordedWrite, any Error>?>(nil)

  func put(_ result: Result<RecordedWrite, any Error>) { outcome.withLock { $0 = result } }
  var taken: Result<RecordedWrite, any Error>? { outcome.withLock { $0 } }
}
