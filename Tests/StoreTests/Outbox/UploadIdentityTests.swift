import Foundation
import JSONAPI
import Store
import Support
import Testing

/// A file that was uploaded here, and that a pull has met under the site's UUID before the upload was settled: two identities
/// become one, with all that was changed of either.
@Suite struct UploadIdentityTests {
  private static let local = "e0000000-0000-4000-8000-000000000001"
  private static let there = "f0000000-0000-4000-8000-000000000001"

  private let bench: OutboxBench
  private let local: ResourceID
  private let there: ResourceID
  /// On its way: the site has it, and nobody here knows.
  private let upload: OutboxChange

  init() throws {
    bench = try OutboxBench()
    local = try #require(ResourceID(Self.local))
    there = try #require(ResourceID(Self.there))
    let file = try bench.mirror.recording.stage(Array("picture".utf8), filename: "a.png", sha256: "0123abcd")
    try bench.record(.upload(file, hostType: "node--topic", field: "field_topic_image"), local, type: "file--file")
    upload = try bench.send()
    _ = try bench.made.take(Self.object())
  }

  /// The file as the site shows it.
  private static func object(_ filename: String = "a.png", changed: String = "2024-01-20T17:08:00+00:00") -> String {
    let links = #""links":{"self":{"href":"https:\/\/community.example.org\/jsonapi\/file\/file\/\#(there)"}}"#
    let place = #""uri":{"value":"public:\/\/a.png","url":"\/sites\/default\/files\/a.png"}"#
    let facts = #""filesize":7,"filemime":"image\/png","status":true,"changed":"\#(changed)""#
    return #"{"type":"file--file","id":"\#(there)",\#(links),"attributes":{"drupal_internal__fid":77,"#
      + #""filename":"\#(filename)",\#(place),\#(facts)},"relationships":{}}"#
  }

  private func change(_ action: LocalChange.Action) throws -> OutboxChange {
    let number = try #require(try bench.record(action, there, type: "file--file").change)
    return try #require(try bench.mirror.outbox.change(number))
  }

  private func renaming(to filename: String) throws -> LocalChange.Action {
    .update(
      try ResourceObject(.object(["type": "file--file", "attributes": ["filename": .string(filename)]])))
  }

  private func shownName() throws -> String? {
    let text = try bench.made.rendered("file--file", Self.there)
    return try text.map { try JSON(parsing: $0) }?["attributes"]?["filename"]?.string
  }

  private func expectOrder() throws {
    let broken = try bench.mirror.reporting.check().filter { $0.violations > 0 }
    #expect(broken.isEmpty, "\(broken)")
    #expect(try bench.mirror.outbox.waiting().unreadable.isEmpty)
    #expect(try bench.mirror.recording.siteUUID(ofUpload: local) == there)
    #expect(try bench.value("SELECT count(*) FROM identity WHERE hex(uuid) LIKE 'E%' OR hex(uuid) LIKE 'F%'") == 1)
  }

  @Test func anUpdateOfWhatWasPulledWaitsOn() throws {
    let update = try change(renaming(to: "b.png"))
    #expect(try bench.mirror.outbox.settle(upload, as: .resource(bench.site(Self.object())), at: OutboxBench.now))
    try expectOrder()
    let waiting = try bench.only()
    #expect(waiting.id == update.id && waiting.uuid == there && waiting.state == .queued)
    #expect(waiting.members == [ChangedMember(.attributes, "filename", base: "a.png", local: "b.png")])
    #expect(try shownName() == "b.png")
    // Who has read it before looks again.
    #expect(try bench.mirror.outbox.begin([Departure(update, members: update.members, site: nil)]) == [false])
    let answer = try bench.site(Self.object("b.png", changed: "2024-01-20T17:09:00+00:00"))
    #expect(try bench.mirror.outbox.settle(bench.send(), as: .resource(answer), at: OutboxBench.now))
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty && shownName() == "b.png")
  }

  /// What others edited since the pull is for the push to find.
  @Test func anUpdateStandsOnWhatWasPulled() throws {
    let update = try change(renaming(to: "b.png"))
    let edited = try bench.site(Self.object("theirs.png", changed: "2024-01-20T18:00:00+00:00"))
    #expect(try bench.mirror.outbox.settle(upload, as: .resource(edited), at: OutboxBench.now))
    try expectOrder()
    #expect(try bench.only().members == update.members && shownName() == "b.png")
    #expect(try bench.mirror.outbox.base(of: bench.only())?["attributes"]?["filename"] == "a.png")
  }

  /// One that is on its way is settled, or refused, as one of the file.
  @Test(arguments: [true, false]) func anUpdateOnItsWayIsJudgedAsOneOfTheFile(isRefused: Bool) throws {
    let queued = try change(renaming(to: "b.png"))
    #expect(try bench.mirror.outbox.begin([Departure(queued, members: queued.members, site: nil)]) == [true])
    let update = try #require(try bench.mirror.outbox.change(queued.id))
    #expect(try bench.mirror.outbox.settle(upload, as: .resource(bench.site(Self.object())), at: OutboxBench.now))
    if isRefused {
      try bench.mirror.outbox.reject(update, error: "422", document: nil, at: OutboxBench.now)
      #expect(try bench.only().state == .rejected)
    } else {
      let answer = try bench.site(Self.object("b.png", changed: "2024-01-20T17:09:00+00:00"))
      #expect(try bench.mirror.outbox.settle(update, as: .resource(answer), at: OutboxBench.now))
    }
    try expectOrder()
    #expect(try shownName() == "b.png")
  }

  /// Whoever asked for the deletion has seen what the pull brought: the push finds what others edited since.
  @Test func aDeletionStandsOnWhatWasPulled() throws {
    let deletion = try change(.delete)
    let edited = try bench.site(Self.object("theirs.png", changed: "2024-01-20T18:00:00+00:00"))
    #expect(try bench.mirror.outbox.settle(upload, as: .resource(edited), at: OutboxBench.now))
    try expectOrder()
    let waiting = try bench.only()
    #expect(waiting.id == deletion.id && waiting.uuid == there && waiting.kind == .delete)
    #expect(try bench.mirror.outbox.base(of: waiting)?["attributes"]?["filename"] == "a.png")
    #expect(try shownName() == nil)
    _ = try bench.mirror.outbox.drop(waiting.id, at: OutboxBench.now)
    #expect(try shownName() == "theirs.png")
  }

  @Test func aConflictCanBeDecided() throws {
    let update = try change(renaming(to: "b.png"))
    let theirs = try bench.site(Self.object("theirs.png", changed: "2024-01-20T18:00:00+00:00"))
    try bench.mirror.outbox.note(
      .fields, of: update, site: theirs,
      fields: [ConflictField(.attributes, "filename", base: "a.png", site: "theirs.png", local: "b.png")],
      at: OutboxBench.now)
    #expect(try bench.mirror.outbox.settle(upload, as: .resource(theirs), at: OutboxBench.now))
    try expectOrder()
    let conflict = try #require(try bench.mirror.outbox.conflicts().first)
    #expect(conflict.change == update.id && conflict.uuid == there)
    try bench.mirror.outbox.resolve(conflict.id, .site, at: OutboxBench.now)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty && shownName() == "theirs.png")
  }

  /// What is over stays on record as the file's.
  @Test func whatIsOverIsOfTheFile() throws {
    let update = try change(renaming(to: "b.png"))
    _ = try bench.mirror.outbox.drop(update.id, at: OutboxBench.now)
    #expect(try bench.mirror.outbox.settle(upload, as: .resource(bench.site(Self.object())), at: OutboxBench.now))
    try expectOrder()
    #expect(try bench.mirror.outbox.change(update.id)?.uuid == there)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty && shownName() == "a.png")
  }
}
