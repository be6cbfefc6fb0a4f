import JSONAPI
import NIOCore
import Store
import Support
import Testing
import TokenIssuer

@testable import LocalAPI

/// What cannot be seen cannot be changed and not be named in a write; no refusal tells of it.
@Suite struct SightWriteTests {
  private static let topics = "/jsonapi/node/topic"

  private static func body(
    _ number: Int?, _ attributes: [(String, JSON)] = [], author: Int? = nil, type: String = "user--user"
  ) -> [UInt8] {
    var members: [(String, JSON)] = [("type", "node--topic")]
    if let number { members.append(("id", .string(SightTwins.id(number)))) }
    if !attributes.isEmpty { members.append(("attributes", .object(JSONObject(attributes)))) }
    if let author {
      let data: JSON = ["data": ["type": .string(type), "id": .string(SightTwins.id(author))]]
      members.append(("relationships", .object(JSONObject([("uid", data)]))))
    }
    return JSON.object(JSONObject([("data", .object(JSONObject(members)))])).encoded(.plain)
  }

  private let made: CrawledMirror
  private let desk: SightDesk

  init() throws {
    made = try SightTwins.mirror(isWhole: true)
    desk = SightDesk(made)
  }

  private func change(_ number: Int, _ method: String = "PATCH", as token: AccessToken = SightTwins.token())
    -> WriteRequest
  {
    SightDesk.write(.change(Self.topics, id: SightTwins.id(number)), method, as: token)
  }

  private func create(as token: AccessToken = SightTwins.token()) -> WriteRequest {
    SightDesk.write(.create(Self.topics), "POST", as: token)
  }

  /// The refusal of a write, its id as N; nothing is recorded.
  private func refused(_ write: WriteRequest, _ body: [UInt8], _ number: Int = 0) async throws -> String {
    let before = try made.mirror.outbox.unsettledChanges().count
    let error = await #expect(throws: ErrorResponse.self) {
      _ = try await desk.writes.record(write, ReceivedBody(body), at: 1_800_000_000)
    }
    #expect(try made.mirror.outbox.unsettledChanges().count == before)
    let refusal = try #require(error)
    return "\(refusal.status) "
      + String(decoding: refusal.body, as: UTF8.self).replacing(SightTwins.id(number), with: "N")
  }

  /// A write to a hidden resource, or of one as a target, is refused as one of what is not there.
  @Test func aHiddenResourceIsNotThere() async throws {
    for method in ["PATCH", "DELETE"] {
      let hidden = try await refused(change(105, method), Self.body(105, [("title", "X")]), 105)
      let missing = try await refused(change(999, method), Self.body(999, [("title", "X")]), 999)
      #expect(hidden == missing && hidden.hasPrefix("404"), "\(hidden)")
    }
    let edit = { (number: Int) in
      SightDesk.write(.relationship(Self.topics, id: SightTwins.id(number), field: "uid"), "PATCH")
    }
    let (hidden, missing) = try await (
      refused(edit(105), Self.body(1), 105), refused(edit(999), Self.body(1), 999)
    )
    #expect(hidden == missing)
    for (write, number) in [(change(101), 101), (create(), nil)] as [(WriteRequest, Int?)] {
      let hidden = try await refused(write, Self.body(number, [("title", "X")], author: 2), 2)
      let missing = try await refused(write, Self.body(number, [("title", "X")], author: 999), 999)
      #expect(hidden == missing && hidden.hasPrefix("404"), "\(hidden)")
    }
    // Nor is a type.
    let tag = try await refused(change(101), Self.body(101, author: 11, type: "taxonomy_term--tag"), 11)
    let nope = try await refused(change(101), Self.body(101, author: 11, type: "taxonomy_term--no"), 11)
    #expect(tag == nope.replacing("taxonomy_term--no", with: "taxonomy_term--tag"), "\(tag)")
  }

  @Test func aHiddenFieldIsNotThere() async throws {
    let hidden = try await refused(change(101), Self.body(101, [("field_secret", 1)]))
    let unknown = try await refused(change(101), Self.body(101, [("field_nope", 1)]))
    #expect(hidden == unknown.replacing("field_nope", with: "field_secret") && hidden.hasPrefix("422"), "\(hidden)")
    let sight = SightTwins.sight()
    let route = ResourceRoute.relationship(collection: Self.topics, id: SightTwins.id(101), field: "field_private_user")
    #expect(try desk.writes.find(route, "PATCH", seeing: sight) == .nothing)
    #expect(try desk.writes.find(route, "PATCH", seeing: .everything) != .nothing)
    // Of a creation it is left out, as the site leaves out what a type does not have.
    let new = Self.body(nil, [("title", "New"), ("field_secret", 3), ("field_private_note", "x")], author: 1)
    _ = try await desk.writes.record(create(), ReceivedBody(new), at: 1_800_000_000)
    let made = try #require(try self.made.mirror.outbox.unsettledChanges().last)
    #expect(made.kind == .create && made.members.contains { $0.name == "title" })
    #expect(!made.members.contains { $0.name.hasPrefix("field_secret") || $0.name.hasPrefix("field_private") })
  }

  /// An id that a hidden resource has is refused as any other, so that none can be tried.
  @Test func idsTellNothing() async throws {
    let taken = try await refused(create(), Self.body(105, [("title", "X")], author: 1), 105)
    let free = try await refused(create(), Self.body(999, [("title", "X")], author: 1), 999)
    #expect(taken == free && taken.hasPrefix("403"), "\(taken)")
    // Where no row is hidden, the site's answer tells nothing that cannot be read.
    let all = SightTwins.token(sights: [])
    let known = try await refused(create(as: all), Self.body(105, [("title", "X")], author: 1))
    #expect(known.hasPrefix("409"))
    _ = try await desk.writes.record(
      create(as: all), ReceivedBody(Self.body(999, [("title", "X")], author: 1)), at: 1_800_000_000)
  }

  @Test func whatIsWrittenIsShownAsFarAsItIsSeen() async throws {
    let patch = change(101)
    let recorded = try await desk.writes.record(
      patch, ReceivedBody(Self.body(101, [("title", "Seen")])), at: 1_800_000_000)
    let answer = try desk.writes.answer(patch, recorded)
    let document = try JSON(parsing: Array(answer.body.readableBytesView))
    #expect(answer.status == 200 && document["data"]?["attributes"]?["title"] == "Seen")
    #expect(document["data"]?["attributes"]?["field_secret"] == nil)
    #expect(document["data"]?["relationships"]?["field_private_user"] == nil)
    // What is hidden by the write itself is recorded, and not said to be missing.
    let unpublished = try await desk.writes.record(
      patch, ReceivedBody(Self.body(101, [("status", false)])), at: 1_800_000_001)
    #expect(try desk.writes.answer(patch, unpublished).status == 202)
    let again = try await refused(change(101), Self.body(101, [("title", "Y")]))
    #expect(again.hasPrefix("404"))
  }

  /// `write:TYPE` changes resources of the type, and of no other.
  @Test func scopesNarrowWhatIsWritten() async throws {
    let (topics, users) = (["read", "write:node--topic"], ["read", "write:user"])
    let title = Self.body(106, [("title", "Scoped")])
    let other = try await refused(change(106, as: SightTwins.token(sights: [], scopes: users)), title)
    #expect(other.hasPrefix("403"))
    _ = try await desk.writes.record(
      change(106, as: SightTwins.token(sights: [], scopes: topics)), ReceivedBody(title), at: 1_800_000_000)
    // Writing gives no reading: what cannot be seen is not there.
    let blind = try await refused(change(106, as: SightTwins.token(sights: [], scopes: ["write:node"])), title)
    #expect(blind.hasPrefix("404"))
  }
}
