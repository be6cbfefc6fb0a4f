import JSONAPI
import SampleSite
import SyncAgent
import Synchronization
import Testing

@testable import Store

/// Local writes against a site that may answer, lose, fail, or be written to by others.
@Suite struct PushTests {
  private static let new = "c0000000-0000-4000-8000-000000000001"

  @Test func aChangeReachesTheSiteAndComesBackAsTheBase() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Two"), ("body", ["value": "<p>new</p>", "format": "basic_html"])])
    #expect(try bench.shown(id)?["attributes"]?["body"]?["processed"]?.isNull == true)
    let report = try await bench.push()
    #expect(report.settled == 1 && report.requests == 3)
    #expect(try bench.title(id) == "Two")
    #expect(try bench.shown(id) == bench.onSite(id))
    // Nothing waits: nothing is asked.
    #expect(try await bench.push().requests == 0)
  }

  @Test func oneNewThingWaitsForAnother() async throws {
    let bench = try await PushBench()
    try bench.record(.create(bench.object([("title", "New")])), Self.new)
    try bench.patch(Self.new, [("title", "Newer")])
    let report = try await bench.push()
    #expect(report.settled == 1)
    #expect(try bench.title(Self.new) == "Newer")
    #expect(try bench.shown(Self.new) == bench.onSite(Self.new))
    #expect(try bench.shown(Self.new)?["attributes"]?["drupal_internal__nid"]?.integer != nil)
    try bench.record(.delete, Self.new)
    #expect(try bench.shown(Self.new) == nil)
    try await bench.push()
    #expect(try bench.onSite(Self.new) == nil && bench.mirror.outbox.unsettledChanges().isEmpty)
  }

  /// Whatever happens to any one request of a change, the next pushes bring it to the site once.
  @Test(arguments: RequestFate.allCases, 0..<5)
  func anyRequestMayGoWrong(_ fate: RequestFate, _ number: Int) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    let gone = try bench.topic("Gone")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Two")])
    try bench.record(.create(bench.object([("title", "New")])), Self.new)
    try bench.record(.delete, gone)
    let count = Mutex(0)
    let posts = Mutex(0)
    let transport = FatefulTransport(
      bench.site,
      decide: { _, _ in
        count.withLock { count in
          count += 1
          return count == number + 2 ? fate : .arrives
        }
      },
      watch: { method, _, act in
        let answer = act()
        if answer.status == 201 { posts.withLock { $0 += 1 } }
        return answer
      })
    do { try await bench.push(transport, waits: true) } catch is CancellationError {}
    bench.site.clockOffset += 100
    try await bench.push(transport, waits: true)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(try bench.title(id) == "Two" && bench.title(Self.new) == "New" && bench.onSite(gone) == nil)
    #expect(posts.withLock { $0 } == 1)
    #expect(try bench.shown(id) == bench.onSite(id) && bench.shown(Self.new) == bench.onSite(Self.new))
  }

  @Test func bothSidesChangedTheSameField() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    let other = try bench.topic("Other")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    try bench.patch(other, [("title", "Fine")])
    try bench.edit(id, [("title", "Theirs")])
    let report = try await bench.push()
    #expect(report.conflicts == 1 && report.settled == 1)
    #expect(try bench.title(id) == "Theirs" && bench.title(other) == "Fine")
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    #expect(
      conflict.fields == [ConflictField(.attributes, "title", base: "One", site: "Theirs", local: "Mine")])
    #expect(conflict.base?["attributes"]?["title"] == "One" && conflict.site?["attributes"]?["title"] == "Theirs")
    #expect(conflict.local?["attributes"]?["title"] == "Mine" && conflict.author.consumer == "crm")
    #expect(try bench.shown(id)?["attributes"]?["title"] == "Mine")
    // What follows waits.
    try bench.patch(id, [("sticky", true)])
    #expect(try await bench.push().settled == 0)
    #expect(try bench.mirror.reporting.outboxStatus().waitingForPerson == 1)
  }

  @Test(arguments: ["site", "local", "file"]) func aPersonDecides(_ take: String) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    bench.site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    try bench.edit(id, [("title", "Theirs")])
    try await bench.push()
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    let decision: ConflictDecision =
      switch take {
      case "site": .site
      case "local": .local
      default:
        .document(
          ["data": ["type": "node--topic", "id": .string(id), "attributes": ["title": "Ours"]]])
      }
    try bench.mirror.outbox.resolve(conflict.id, decision, at: bench.site.now)
    try await bench.push()
    let expected = ["site": "Theirs", "local": "Mine", "file": "Ours"][take]
    #expect(try bench.title(id) == expected)
    #expect(try bench.shown(id) == bench.onSite(id))
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty && bench.mirror.outbox.conflicts().isEmpty)
    #expect(try bench.mirror.outbox.conflicts(open: false).first?.decision == take)
    #expect(throws: OutboxRefusal.self) { try bench.mirror.outbox.resolve(conflict.id, .site, at: 0) }
  }

  @Test(arguments: ["site", "local"]) func deletedThereAndChangedHere(_ take: String) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    try bench.patch(id, [("title", "Mine")])
    try bench.site.withCommunity { try $0.delete(id) }
    try await bench.push()
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    #expect(conflict.kind == .deletedOnSite && conflict.local?["attributes"]?["title"] == "Mine")
    try bench.mirror.outbox.resolve(conflict.id, take == "site" ? .site : .local, at: bench.site.now)
    try await bench.push()
    #expect(try bench.title(id) == (take == "site" ? nil : "Mine"))
    #expect(try bench.shown(id) == bench.onSite(id))
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
  }

  /// Made anew, it is given nothing that comes with it anyway: for such a member a site may refuse the whole.
  @Test func whatComesByItselfIsNotGivenAgain() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    #expect(try bench.shown(id)?["attributes"]?["langcode"] == "en")
    try bench.patch(id, [("title", "Mine")])
    try bench.site.withCommunity { try $0.delete(id) }
    try await bench.push()
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    try bench.mirror.outbox.resolve(conflict.id, .local, at: bench.site.now)
    let made = try #require(try bench.mirror.outbox.unsettledChanges().first)
    let names = Set(made.members.map(\.name))
    #expect(made.kind == .create && names.isSuperset(of: ["title", "status", "uid"]), "\(names)")
    #expect(names.isDisjoint(with: ["langcode", "default_langcode", "node_type", "groups"]), "\(names)")
  }

  @Test(arguments: ["site", "local"]) func changedThereAndDeletedHere(_ take: String) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    try bench.record(.delete, id)
    bench.site.clockOffset += 10
    try bench.edit(id, [("title", "Theirs")])
    try await bench.push()
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    #expect(conflict.kind == .changedOnSite)
    // What differs is named.
    #expect(conflict.fields.map(\.name) == ["title", "changed"])
    #expect(conflict.fields.first == ConflictField(.attributes, "title", base: "One", site: "Theirs", local: nil))
    #expect(try bench.title(id) == "Theirs" && bench.shown(id) == nil)
    try bench.mirror.outbox.resolve(conflict.id, take == "site" ? .site : .local, at: bench.site.now)
    try await bench.push()
    #expect(try bench.title(id) == (take == "site" ? "Theirs" : nil))
    #expect(try bench.shown(id) == bench.onSite(id))
  }

  @Test(arguments: [(.site, "Theirs"), (.local, "Mine"), (.newest, "Theirs")] as [(ConflictPolicy, String)])
  func aPolicyDecides(_ policy: ConflictPolicy, _ expected: String) async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    try bench.patch(id, [("title", "Mine")])
    bench.site.clockOffset += 10
    try bench.edit(id, [("title", "Theirs")])
    try await bench.push(policies: ["node--topic.title": policy])
    #expect(try bench.title(id) == expected)
    #expect(try bench.shown(id) == bench.onSite(id))
    #expect(try bench.mirror.outbox.conflicts().isEmpty)
    #expect(try bench.mirror.outbox.conflicts(open: false).first?.fields.first?.local == "Mine")
  }

  @Test func arefusedChangeKeepsTheSitesWordsAndStopsNoOther() async throws {
    let bench = try await PushBench()
    let id = try bench.topic("One")
    let other = try bench.topic("Other")
    try bench.patch(id, [("title", .string(String(repeating: "x", count: 300)))])
    try bench.patch(other, [("title", "Fine")])
    let report = try await bench.push()
    #expect(report.rejected == 1 && report.settled == 1)
    let refused = try #require(try bench.mirror.outbox.unsettledChanges().first)
    #expect(refused.state == .rejected && refused.errorDocument?.contains("255 characters") == true)
    // Corrected, it goes.
    try bench.patch(id, [("title", "Short")])
    #expect(try await bench.push().settled == 1)
    #expect(try bench.title(id) == "Short")
  }

  /// The site chooses the file's UUID: it takes the place of ours, and a lost answer makes no second file.
  @Test(arguments: [RequestFate.arrives, .answerLost, .requestLost, .crashAfter, .failsAfterwards])
  func aFileGoesBeforeItsUser(_ fate: RequestFate) async throws {
    let bench = try await PushBench()
    let site = bench.site
    let id = try bench.topic("One")
    let bytes = Array("picture".utf8)
    let file = try bench.mirror.recording.stage(bytes, filename: "a b.png", sha256: "0123abcd")
    #expect(try bench.mirror.outbox.bytes(of: file) == bytes)
    let local = try bench.uuid("e0000000-0000-4000-8000-000000000001")
    let author = ChangeAuthor(account: "ann")
    _ = try bench.mirror.recording.record(
      [
        LocalChange(
          type: "file--file", uuid: local, action: .upload(file, hostType: "node--topic", field: "field_topic_image"),
          author: author),
        LocalChange(
          type: "node--topic", uuid: bench.uuid(id),
          action: .replace(
            "field_topic_image", .one(ResourceIdentifier(type: "file--file", id: local.description))), author: author),
      ], at: site.now)
    let uploads = SiteUploads(bench, first: fate)
    do { try await bench.push(uploads.transport, waits: true) } catch is CancellationError {}
    site.clockOffset += 100
    try await bench.push(uploads.transport, waits: true)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    let files = uploads.files
    #expect(files.count == 1)
    let image = try bench.onSite(id)?["relationships"]?["field_topic_image"]?["data"]?["id"]?.string
    #expect(image != nil && image == files.first)
    #expect(try bench.shown(id) == bench.onSite(id))
    #expect(try bench.mirror.recording.siteUUID(ofUpload: local)?.description == files.first)
  }
}
