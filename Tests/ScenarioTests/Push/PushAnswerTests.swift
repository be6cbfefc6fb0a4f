import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Testing
import Upstream

@testable import Store

/// What the site's answers mean for a change where they could mean several things.
@Suite struct PushAnswerTests {
  /// 404 for an update speaks of the resource, or of a target that it is to have.
  @Test func aTargetThatIsNotThereIsNoDeletionOfItsHost() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    let ghost = ResourceIdentifier(type: "taxonomy_term--social_tagging", id: "0d0d0d0d-0000-4000-8000-00000000000d")
    try bench.record(.replace("social_tagging", .many([ghost])), id)
    let report = try await bench.push()
    #expect(report.rejected == 1 && report.conflicts == 0)
    let change = try #require(try bench.mirror.outbox.unsettledChanges().first)
    #expect(change.state == .rejected && change.errorDocument?.contains("404") == true)
    #expect(try bench.mirror.reading.tombstones(of: "node--topic").isEmpty && bench.title(id) == "One")
    _ = try bench.mirror.outbox.drop(change.id, at: bench.site.now)
    #expect(try bench.shown(id) == bench.onSite(id))
  }

  /// That the site is away for long is not held against a creation that was under way when it went.
  @Test func anOutageRefusesNothing() async throws {
    let bench = try await PushBench()
    let id = "0e0e0e0e-0000-4000-8000-00000000000e"
    try bench.record(.create(bench.object([("title", "New")])), id)
    let away = FatefulTransport(bench.site, decide: { _, target in target == "/jsonapi" ? .arrives : .unavailable })
    for _ in 0..<8 {
      try await bench.push(away)
      bench.site.clockOffset += 400
    }
    #expect(try bench.mirror.outbox.unsettledChanges().first?.state == .uncertain)
    #expect(try await bench.push().settled == 1)
    #expect(try bench.title(id) == "New")
  }

  /// The site's own failure on one creation, again and again, while it answers all else, is for a person.
  @Test func whatTheSiteAlwaysFailsOnIsShown() async throws {
    let bench = try await PushBench()
    let id = "0e0e0e0e-0000-4000-8000-00000000000e"
    try bench.record(.create(bench.object([("title", "New")])), id)
    let posts = Mutex(0)
    let failing = FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      watch: { method, target, act in
        guard method == "POST", target == "/jsonapi/node/topic" else { return act() }
        posts.withLock { $0 += 1 }
        return PlainAnswer(
          status: 500, fields: [(name: "Content-Type", value: "application/vnd.api+json")],
          body: Array(#"{"errors":[{"status":"500","title":"Internal Server Error"}]}"#.utf8), isCut: false)
      })
    for _ in 0..<8 {
      try await bench.push(failing)
      bench.site.clockOffset += 400
    }
    #expect(try bench.mirror.outbox.unsettledChanges().first?.state == .rejected)
    #expect(posts.withLock { $0 } == 5)
  }

  /// A person decides about what is shown; what came after that is not written over.
  @Test(arguments: ["local", "file"]) func whatChangedAfterTheConflictIsAskedAgain(_ take: String) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    try bench.edit(id, [("title", "Theirs")])
    #expect(try await bench.push().conflicts == 1)
    bench.site.clockOffset += 10
    try bench.edit(id, [("title", "Theirs, later")])
    try bench.apply(#require(bench.document(id)))
    bench.site.clockOffset += 10
    for expected in ["Theirs", "Theirs, later"] {
      let conflict = try #require(try bench.mirror.outbox.conflicts().first)
      #expect(conflict.site?["attributes"]?["title"] == .string(expected))
      let decision: ConflictDecision =
        take == "local"
        ? .local
        : .document(
          ["data": ["type": "node--topic", "id": .string(id), "attributes": ["title": "Ours"]]])
      try bench.mirror.outbox.resolve(conflict.id, decision, at: bench.site.now)
      try await bench.push()
    }
    #expect(try bench.title(id) == (take == "local" ? "Mine" : "Ours"))
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
  }

  /// One field stands against another; the list beside it is merged, whoever wins the field.
  @Test func onlyWhatStandsInConflictIsDecided() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    let tags = bench.site.community.ids(of: "taxonomy_term--social_tagging").prefix(3).map { $0 }
    try #require(tags.count == 3)
    func identifiers(_ numbers: [Int]) -> [JSON] {
      numbers.map { ["type": "taxonomy_term--social_tagging", "id": .string(tags[$0])] }
    }
    try bench.site.withCommunity { [now = bench.site.now] in
      try $0.edit(id, at: now, relationships: [("social_tagging", .array(identifiers([0])))])
    }
    try bench.apply(#require(bench.document(id)))
    bench.site.clockOffset += 10
    try bench.record(
      .update(
        ResourceObject([
          "type": "node--topic", "attributes": ["title": "Mine"],
          "relationships": ["social_tagging": ["data": .array(identifiers([0, 1]))]],
        ])), id)
    try bench.site.withCommunity { [now = bench.site.now] in
      try $0.edit(
        id, at: now, attributes: [("title", "Theirs")],
        relationships: [("social_tagging", .array(identifiers([0, 2])))])
    }
    bench.site.clockOffset += 10
    #expect(try await bench.push().conflicts == 1)
    try bench.mirror.outbox.resolve(#require(bench.mirror.outbox.conflicts().first).id, .local, at: bench.site.now)
    #expect(try await bench.push().settled == 1)
    let linked = try bench.onSite(id)?["relationships"]?["social_tagging"]?["data"]?.array?.map { $0["id"]?.string }
    #expect(try bench.title(id) == "Mine" && linked == [tags[0], tags[2], tags[1]])
  }

  /// What nobody sets is not sent, either, when a resource is made anew of what is shown here.
  @Test func aResourceIsMadeAnewOfWhatCanBeSet() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    try bench.patch(id, [("title", "Mine")])
    try bench.site.withCommunity { try $0.delete(id) }
    let created = Mutex("")
    let transport = FatefulTransport(
      bench.site, decide: { _, _ in .arrives },
      alter: { request in
        if request.method == "POST", request.url.hasSuffix("/node/topic") {
          created.withLock { $0 = String(decoding: request.body ?? [], as: UTF8.self) }
        }
        return request
      })
    // A policy decides as a person would.
    try await bench.push(transport, policies: ["default": .local])
    try await bench.push(transport, policies: ["default": .local])
    #expect(try bench.title(id) == "Mine" && bench.mirror.outbox.unsettledChanges().isEmpty)
    let body = created.withLock { $0 }
    #expect(body.contains("Mine"))
    for name in ["revision_timestamp", "revision_uid", "drupal_internal__", "metatag", #""changed""#] {
      #expect(!body.contains(name), "\(name)")
    }
  }

  /// Another account has the UUID of one that is made here: the password stands nowhere afterwards.
  @Test func aPasswordIsNotKeptWithAConflict() async throws {
    let bench = try await PushBench()
    let id = try #require(bench.site.community.ids(of: "user--user").last)
    let secret = "a password that nobody may read"
    _ = try bench.mirror.recording.record(
      LocalChange(
        type: "user--user", uuid: bench.uuid(id),
        action: .create(
          ResourceObject([
            "type": "user--user",
            "attributes": ["name": "New here", "pass": .string(secret), "mail": "new@example.test"],
          ])), author: ChangeAuthor(consumer: "crm")), at: bench.site.now)
    #expect(try await bench.push().conflicts == 1)
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    #expect(conflict.kind == .exists)
    try bench.mirror.outbox.resolve(conflict.id, .site, at: bench.site.now)
    try bench.mirror.sweeping.truncateLog()
    #expect(try bench.bench.filesThatHold(secret) == [])
  }
}
