import Foundation
import GRDB
import JSONAPI
import Store
import Support
import Testing

@testable import LocalAPI

/// Clients that write at the same time, over the whole way.
@Suite struct WritesTogetherTests {
  private static let media = ["Content-Type": "application/vnd.api+json"]

  private static func body(_ id: String?, _ title: String, _ more: [(String, JSON)] = []) -> [UInt8] {
    var data: [(String, JSON)] = [("type", "node--topic")]
    if let id { data.append(("id", .string(id))) }
    data.append(("attributes", .object(JSONObject([("title", .string(title))] + more))))
    return JSON.object(JSONObject([("data", .object(JSONObject(data)))])).encoded(.plain)
  }

  /// Holds the mirror's lock until it is let go.
  private static func lock(_ made: CrawledMirror) throws -> DatabaseQueue {
    var unsafe = Configuration()
    unsafe.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path, configuration: unsafe)
    try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    return other
  }

  /// Two clients that have read the same send it back: the first to come wins, the other hears of it.
  @Test func ofTwoThatReadTheSameOneIsTold() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let topic = try #require(try made.mirror.reading.identifiers(of: "node--topic").first)
    let stored = try #require(try made.mirror.reading.document(of: topic, type: "node--topic"))
    let changed = try #require(try JSON(parsing: stored)["attributes"]?["changed"])
    let other = try Self.lock(made)
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<8 {
        group.addTask {
          await api.answer(
            "PATCH", "/jsonapi/node/topic/\(topic)", Self.media,
            body: Self.body(topic.description, "Mine \(number)", [("changed", changed)])
          ).status
        }
      }
      try await Task.sleep(for: .milliseconds(300))
      try other.inDatabase { try $0.execute(sql: "COMMIT") }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 403 } == 7, "\(statuses)")
    #expect(try made.mirror.outbox.unsettledChanges().count == 1)
  }

  /// Forty clients, one of them with a body as large as they may be: all are heard.
  @Test func aHugeBodyAmongManyClients() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let statuses = await withTaskGroup(of: Int.self) { group in
      for number in 0..<40 {
        group.addTask {
          let text = String(repeating: "word ", count: number == 7 ? 700_000 : 3)
          return await api.answer(
            "POST", "/jsonapi/node/topic", Self.media,
            body: Self.body(nil, "Topic \(number)", [("body", ["value": .string(text), "format": "basic_html"])])
          ).status
        }
      }
      return await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.allSatisfy { $0 == 201 }, "\(statuses)")
    #expect(try made.mirror.outbox.unsettledChanges().count == 40)
  }

  /// Each hears of its own: a document that is wrong, one whose id is taken, one that is right.
  @Test func eachHearsOfItsOwn() async throws {
    let made = try CrawledMirror.full()
    let api = try await InProcessLocalAPI(made)
    let taken = try #require(try made.mirror.reading.identifiers(of: "node--topic").first).description
    let statuses = await withTaskGroup(of: (Int, Int).self) { group in
      for number in 0..<30 {
        group.addTask {
          let body =
            switch number % 3 {
            case 0: Self.body(nil, "Right \(number)")
            case 1: Self.body(taken, "Taken")
            default: Array(#"{"data":{"type":"node--topic","attributes":{}}}"#.utf8)
            }
          return (number, await api.answer("POST", "/jsonapi/node/topic", Self.media, body: body).status)
        }
      }
      return await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
    }
    for (number, status) in statuses { #expect(status == [201, 409, 422][number % 3], "\(number)") }
    #expect(try made.mirror.outbox.unsettledChanges().count == 10)
  }

  /// A client goes while its write waits for the lock: it is recorded whole or not at all, and the next one is heard.
  @Test(.timeLimit(.minutes(5))) func whoGoesWhileItsWriteWaits() async throws {
    let made = try CrawledMirror.full()
    try await RunningLocalAPI.serving(made) { api in
      let fields = try await api.signedIn()
      let head = fields.map { "\($0): \($1)\r\n" }.joined()
      let gone = Self.body(nil, "Gone")
      let request =
        "POST /jsonapi/node/topic HTTP/1.1\r\nHost: localhost\r\n\(head)Content-Type: application/vnd.api+json\r\n"
        + "Content-Length: \(gone.count)\r\n\r\n" + String(decoding: gone, as: UTF8.self)
      let other = try Self.lock(made)
      try await onThread {
        for _ in 0..<3 { try RawConnection(port: api.port).send(request) }
      }
      async let stays = api.send(
        "POST", "/jsonapi/node/topic", fields.merging(Self.media) { $1 },
        body: String(decoding: Self.body(nil, "Stays"), as: UTF8.self))
      try await Task.sleep(for: .milliseconds(300))
      try other.inDatabase { try $0.execute(sql: "COMMIT") }
      let answer = try await stays
      #expect(answer.status == 201, "\(answer.text)")
    }
    let titles = try made.mirror.outbox.unsettledChanges().map { change in
      change.members.first { $0.name == "title" }?.local.string
    }
    #expect(titles.contains("Stays") && titles.count <= 4 && titles.allSatisfy { $0 == "Stays" || $0 == "Gone" })
  }

  /// The answer was lost, and the client asks again under the same id: it hears that it is there.
  @Test func whatWasRecordedAndNeverAnsweredIsThere() async throws {
    let made = try CrawledMirror.full()
    let uuid = ResourceID.random()
    var object = ResourceObject(type: "node--topic", id: uuid.description)
    object.attributes = JSONObject([("title", "Once")])
    let change = LocalChange(
      type: "node--topic", uuid: uuid, action: .create(object), author: ChangeAuthor(consumer: "reports"))
    _ = try made.mirror.recording.together(waiting: { _ in false }) { try $0.record([change], at: 1_800_000_000) }
    let api = try await InProcessLocalAPI(made)
    let again = await api.answer(
      "POST", "/jsonapi/node/topic", Self.media, body: Self.body(uuid.description, "Once"))
    #expect(again.status == 409)
    #expect(try made.mirror.outbox.unsettledChanges().count == 1)
  }
}
