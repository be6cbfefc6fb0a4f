import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Store
import Support
import Testing

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

/// A mirror with one topic, and what the tests of the outbox do with it.
struct OutboxBench {
  let made: CrawledMirror
  var mirror: Mirror { made.mirror }
  let topic: ResourceID
  static let now: Int64 = 1_800_000_000

  init(_ object: String = Topic.usual()) throws {
    topic = try #require(ResourceID(Topic.id))
    made = try CrawledMirror()
    _ = try made.take(object)
    try made.mirror.discovery.note(.siteBaseURL, base)
  }

  @discardableResult
  func record(
    _ action: LocalChange.Action, _ uuid: ResourceID? = nil, type: String = "node--topic", at now: Int64 = now
  ) throws -> RecordedChange {
    try mirror.recording.record(
      LocalChange(type: type, uuid: uuid ?? topic, action: action, author: ChangeAuthor(consumer: "crm")), at: now)
  }

  /// A PATCH of attributes.
  @discardableResult
  func patch(_ attributes: JSONObject, _ uuid: ResourceID? = nil) throws -> RecordedChange {
    try record(.update(object(attributes)), uuid)
  }

  func object(_ attributes: JSONObject = JSONObject(), relationships: JSONObject? = nil) throws -> ResourceObject {
    var members = JSONObject([("type", "node--topic"), ("attributes", .object(attributes))])
    members["relationships"] = relationships.map { .object($0) }
    return try ResourceObject(.object(members))
  }

  func shown(_ uuid: ResourceID? = nil) throws -> JSON? {
    try made.rendered("node--topic", (uuid ?? topic).description).map { try JSON(parsing: $0) }
  }

  func title(_ uuid: ResourceID? = nil) throws -> String? { try shown(uuid)?["attributes"]?["title"]?.string }

  /// The site's copy of a document.
  func site(_ object: String = Topic.usual()) throws -> SiteCopy {
    var scanner = PageScanner(base: DocumentBase(base), paths: try CrawledMirror.paths())
    let page = try scanner.page(Array(#"{"data":\#(object)}"#.utf8))
    let scanned = try #require(page.resources.first)
    return SiteCopy(scanned: scanned, text: try scanner.text(of: scanned))
  }

  /// The one unsettled change.
  func only() throws -> OutboxChange {
    let all = try mirror.outbox.unsettledChanges()
    #expect(all.count == 1)
    return try #require(all.first)
  }

  func send() throws -> OutboxChange {
    let change = try only()
    #expect(try mirror.outbox.begin([Departure(change, members: change.members, site: nil)]) == [true])
    return try #require(try mirror.outbox.change(change.id))
  }

  func value<Value: DatabaseValueConvertible>(_ sql: String) throws -> Value? {
    let queue = try DatabaseQueue(path: made.folder.appending(path: "mirror.sqlite").path)
    return try queue.read { try Value.fetchOne($0, sql: sql) }
  }
}

@Suite struct OutboxRecordTests {
  @Test func anUpdateIsSeenAtOnceAndWaits() throws {
    let bench = try OutboxBench()
    let before: Int64? = try bench.value("SELECT sequence FROM resource")
    let recorded = try bench.patch(["title": "Two <&>"])
    #expect(try bench.title() == "Two <&>")
    let change = try bench.only()
    #expect(change.id == recorded.change && change.kind == .update && change.state == .queued)
    #expect(change.members == [ChangedMember(.attributes, "title", base: "One", local: "Two <&>")])
    #expect(change.author == ChangeAuthor(consumer: "crm"))
    let after: Int64? = try bench.value("SELECT sequence FROM resource")
    #expect(try #require(after) > (try #require(before)))
    #expect(try bench.shown()?["attributes"]?["changed"]?.string == RFC3339.text(unixSeconds: OutboxBench.now))
    #expect(try bench.shown()?["links"] == JSON(parsing: Topic.usual())["links"])
    #expect(try bench.mirror.outbox.base(of: change) == JSON(parsing: Topic.usual()))
  }

  @Test func whatIsTheSameIsNoChange() throws {
    let bench = try OutboxBench()
    let whole = try #require(try bench.shown()?["attributes"]?.object)
    #expect(try bench.patch(whole).change == nil)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    // There and back is none either.
    try bench.patch(["title": "Two"])
    try bench.patch(["title": "One"])
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(try bench.made.rendered("node--topic", Topic.id) == Topic.usual())
  }

  @Test func patchesJoinWhileTheyWait() throws {
    let bench = try OutboxBench()
    let first = try bench.patch(["title": "Two"])
    let second = try bench.patch(["title": "Three"])
    #expect(first.change == second.change)
    #expect(try bench.only().members == [ChangedMember(.attributes, "title", base: "One", local: "Three")])
    let sent = try bench.send()
    let third = try bench.patch(["title": "Four"])
    #expect(third.change != sent.id)
    #expect(try bench.mirror.outbox.change(sent.id)?.members.first?.local == "Three")
    #expect(try bench.title() == "Four")
  }

  /// Who asks for what waits already hears of the change that does it; what the site refused is tried once more.
  @Test func whatIsAskedForAgainIsTheSameChange() throws {
    let bench = try OutboxBench()
    let first = try bench.patch(["title": "Two"])
    try bench.patch(["status": false])
    let again = try bench.patch(["title": "Two"])
    #expect(again.change == nil && again.repeats == [first.change])
    #expect(again.resource == first.resource)
    let sent = try bench.send()
    try bench.mirror.outbox.reject(sent, error: "422", document: [], at: OutboxBench.now)
    #expect(try bench.only().state == .rejected)
    let members = try bench.only().members
    let third = try bench.patch(["title": "Two"])
    #expect(third.change == nil && third.repeats == [sent.id])
    #expect(try bench.only().state == .queued && bench.only().members == members)
    // Another member says nothing about it.
    try bench.mirror.outbox.reject(bench.send(), error: "422", document: [], at: OutboxBench.now)
    let users = try #require(try bench.shown()?["relationships"]?.object)
    let other = try bench.record(.update(bench.object(relationships: users)))
    #expect(other.repeats.isEmpty)
    #expect(try bench.only().state == .rejected)
  }

  @Test func aNewResourceIsServedBeforeTheSiteHasIt() throws {
    let bench = try OutboxBench()
    let id = try #require(ResourceID("22222222-2222-4333-8444-555555555555"))
    let uid: JSON = ["data": [["type": "user--user", "id": .string(Topic.other)]]]
    try bench.record(.create(bench.object(["title": "New"], relationships: ["uid": uid])), id)
    let shown = try #require(try bench.shown(id))
    #expect(shown["attributes"]?["drupal_internal__nid"]?.isNull == true)
    #expect(shown["attributes"]?.object?.names == ["drupal_internal__nid", "title", "changed"])
    #expect(shown["links"]?["self"]?["href"]?.string == "\(base)/jsonapi/node/topic/\(id)")
    #expect(shown["relationships"]?["uid"]?["links"]?["self"] != nil)
    #expect(try bench.made.rows("node--topic", "filter[title]=New") == [-1])
    #expect(try bench.made.rows("node--topic", "filter[uid.id]=\(Topic.other)") == [-1])
    #expect(throws: RecordRefusal.alreadyExists(type: "node--topic", id)) {
      try bench.record(.create(bench.object(["title": "Again"])), id)
    }
    // Its opposite ends it: the site never hears of it.
    try bench.record(.delete, id)
    #expect(try bench.shown(id) == nil)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(try bench.value("SELECT count(*) FROM outbox_copy") == 0)
  }

  @Test func aDeletionHidesAtOnceAndKeepsTheCopy() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    try bench.record(.delete)
    #expect(try bench.shown() == nil)
    let change = try bench.only()
    #expect(change.kind == .delete && change.members.isEmpty)
    #expect(try bench.mirror.outbox.base(of: change) == JSON(parsing: Topic.usual()))
    #expect(throws: RecordRefusal.notFound(type: "node--topic", bench.topic)) { try bench.patch(["title": "x"]) }
    // A page does not bring it back.
    _ = try bench.made.take(Topic.usual(title: "Edited there"))
    #expect(try bench.shown() == nil)
    // Taking it back does.
    _ = try bench.mirror.outbox.drop(change.id, at: OutboxBench.now)
    #expect(try bench.title() == "Edited there")
    #expect(try bench.value("SELECT count(*) FROM outbox_copy") == 0)
  }

  @Test func relationshipsAreAppendedRemovedReplaced() throws {
    let bench = try OutboxBench()
    let other = ResourceIdentifier(type: "user--user", id: Topic.other)
    let user = ResourceIdentifier(type: "user--user", id: Topic.user)
    let ids = { try (bench.shown()?["relationships"]?["uid"]?["data"]?.array ?? []).compactMap { $0["id"]?.string } }
    #expect(try bench.record(.append([user], to: "uid")).change == nil)
    try bench.record(.append([other, user], to: "uid"))
    #expect(try ids() == [Topic.user, Topic.other])
    #expect(try bench.value("SELECT count(*) FROM relationship") == 2)
    try bench.record(.remove([user], from: "uid"))
    #expect(try ids() == [Topic.other])
    try bench.record(.replace("uid", .many([])))
    #expect(try ids() == [])
    #expect(try bench.only().members.first?.base?.array?.count == 1)
    #expect(throws: RecordRefusal.noRelationship(type: "node--topic", name: "nope")) {
      try bench.record(.append([user], to: "nope"))
    }
  }

  @Test func aPageRebasesWhatWaits() throws {
    let bench = try OutboxBench()
    let other = ResourceIdentifier(type: "user--user", id: Topic.other)
    try bench.record(.append([other], to: "uid"))
    // Somebody else's edit of another field comes in under it.
    _ = try bench.made.take(Topic.usual(title: "Edited there"))
    #expect(try bench.title() == "Edited there")
    let targets = try bench.shown()?["relationships"]?["uid"]?["data"]?.array
    #expect(targets?.count == 2)
    #expect(try bench.mirror.outbox.base(of: bench.only())?["attributes"]?["title"] == "Edited there")
    // The same page again writes nothing.
    let sequence: Int64? = try bench.value("SELECT max(sequence) FROM resource")
    _ = try bench.made.take(Topic.usual(title: "Edited there"))
    #expect(try bench.value("SELECT max(sequence) FROM resource") == sequence)
    // The same field: the local value is shown, the base stays for the push to decide.
    try bench.patch(["title": "Mine"])
    _ = try bench.made.take(Topic.usual(title: "Theirs"))
    #expect(try bench.title() == "Mine")
    let title = try bench.only().members.first { $0.name == "title" }
    #expect(title?.base == "Edited there" && title?.local == "Mine")
  }

  @Test func theSitesAnswerBecomesTheBase() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "two "])
    let sent = try bench.send()
    try bench.patch(["title": "Three"])
    // The site trims what it saves: no conflict for what waits behind.
    _ = try bench.mirror.outbox.settle(sent, as: .resource(bench.site(Topic.usual(title: "two"))), at: OutboxBench.now)
    let waiting = try bench.only()
    #expect(waiting.members == [ChangedMember(.attributes, "title", base: "two", local: "Three")])
    #expect(try bench.title() == "Three")
    let second = try bench.send()
    let answer = Topic.object(
      Topic.links, Topic.attributes(title: "Three", changed: "2026-05-05T10:00:00+00:00"), Topic.relationships())
    _ = try bench.mirror.outbox.settle(second, as: .resource(bench.site(answer)), at: OutboxBench.now)
    #expect(try bench.made.rendered("node--topic", Topic.id) == answer)
    #expect(try bench.mirror.outbox.unsettledChanges().isEmpty)
    #expect(try bench.value("SELECT count(*) FROM outbox_copy") == 0)
    // A page that was read before the push does not undo it.
    _ = try bench.made.take(Topic.usual())
    #expect(try bench.made.rendered("node--topic", Topic.id) == answer)
  }

  @Test func whatWasReadIsCheckedBeforeItLeaves() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two"])
    let read = try bench.only()
    try bench.patch(["title": "Three"])
    #expect(try bench.mirror.outbox.begin([Departure(read, members: read.members, site: nil)]) == [false])
    #expect(try bench.only().state == .queued)
  }

  @Test func secretsAreForgottenOnceSettled() throws {
    let bench = try OutboxBench()
    try bench.patch(["title": "Two", "pass": "secret-word"])
    #expect(try bench.shown()?["attributes"]?["pass"] == nil)
    let sent = try bench.send()
    #expect(sent.members.contains { $0.local == "secret-word" })
    _ = try bench.mirror.outbox.settle(sent, as: .resource(bench.site(Topic.usual(title: "Two"))), at: OutboxBench.now)
    #expect(try bench.value("SELECT count(*) FROM outbox WHERE members LIKE '%secret-word%'") == 0)
  }

  @Test func anEmptyOutboxIsOneLookAtAnIndex() throws {
    let bench = try OutboxBench()
    let queue = try DatabaseQueue(path: bench.made.folder.appending(path: "mirror.sqlite").path)
    let plan = try queue.read { db in
      try Row.fetchAll(
        db,
        sql: """
          EXPLAIN QUERY PLAN SELECT resource, count(*) FROM outbox
          WHERE type = 1 AND state IN ('queued', 'sending', 'uncertain', 'conflict', 'rejected') GROUP BY resource
          """
      ).map { $0["detail"] as String }
    }
    #expect(plan.contains { $0.contains("outbox_unsettled") })
    let pending = try ResourceReader(bench.mirror).snapshot(seeing: .everything) { snapshot in
      let type = try #require(try snapshot.type(name: "node--topic"))
      return try snapshot.pendingChanges(of: type)
    }
    #expect(pending.isEmpty)
    try bench.patch(["title": "Two"])
    let one = try ResourceReader(bench.mirror).snapshot(seeing: .everything) { snapshot in
      let type = try #require(try snapshot.type(name: "node--topic"))
      let all = try snapshot.pendingChanges(of: type)
      let id = try #require(all.keys.first)
      return [all.values.reduce(0, +), try snapshot.pendingChanges(of: id, type: type)]
    }
    #expect(one == [1, 1])
  }
}
