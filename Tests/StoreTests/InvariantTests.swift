import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

/// What `check` proves: each thing that is true of every mirror is seen where it is not, by its name and alone. A mirror with
/// something of everything is in order.
@Suite struct InvariantTests {
  private static let now: Int64 = 1_800_000_000

  /// One way to break a mirror, and what is no longer true then.
  struct Harm: Sendable, CustomTestStringConvertible {
    var name: String
    var sql: String
    var testDescription: String { "\(name): \(sql)" }
    init(_ name: String, _ sql: String) { (self.name, self.sql) = (name, sql) }
  }

  /// Rows by the names of `SmallCommunity`: a user to whom nothing points, and a topic with a change that waits.
  private static let user = row("user--user", 3)
  private static let topic = row("node--topic", 101)
  private static let disputed = row("node--topic", 102)
  private static func row(_ type: String, _ number: Int) -> String {
    "(SELECT id FROM resource WHERE type = \(self.type(type)) AND internal_id = \(number))"
  }
  private static func type(_ name: String) -> String { "(SELECT id FROM resource_type WHERE name = '\(name)')" }

  static let harms: [Harm] = [
    Harm("every resource has its identity", "DELETE FROM identity WHERE id = \(user)"),
    Harm(
      "every relationship has its source",
      "INSERT INTO relationship SELECT 999999, min(f.id), 0, t.id, NULL FROM field f JOIN resource_type t ON t.id = 1"),
    Harm(
      "every target has its identity, of the type that the relationship names",
      "UPDATE relationship SET target = 999999 WHERE source = \(topic) AND delta = 0"),
    Harm(
      "every plain text is of a resource that is here",
      "INSERT INTO plain_text (resource, field, text) VALUES (999999, 1, '')"),
    Harm(
      "every view that is on record is there",
      "INSERT INTO report_view (type, name, definition) VALUES (1, 'gone', 'gone')"),
    Harm("every number stands for a name", "UPDATE relationship SET field = field + 90000 WHERE source = \(topic)"),
    Harm(
      "every identity is one resource or target, with a UUID of 16 bytes or a text behind 16 zero bytes",
      "INSERT INTO identity (uuid, type) VALUES (x'01', 1)"),
    Harm(
      "no id of a type has two identities",
      "INSERT INTO identity (uuid, type, recent) SELECT uuid, type, 1 - recent FROM identity WHERE id = \(user)"),
    Harm(
      "every document is JSON and names its own type and id",
      "UPDATE resource SET document = replace(document, 'user--user', 'user--used') WHERE id = \(user)"),
    Harm(
      "every identifier in a document is a relationship row, and every row one of them",
      "DELETE FROM relationship WHERE source = \(topic) AND delta = 1"),
    Harm(
      "no two resources of a type have one serial number, but for those that are kept or are to be asked for",
      """
      INSERT OR REPLACE INTO sweep (type, finished) VALUES (\(type("user--user")), 5);
      UPDATE resource SET internal_id = 1 WHERE id = \(user)
      """),
    Harm(
      "the index of words has nothing of what is not there",
      "INSERT INTO search_index (rowid, title) VALUES (999999, 'nowhere')"),
    Harm("every digest is of a resource that is shown", "INSERT INTO row_digest VALUES (999999, 1, x'')"),
    Harm("no resource has a tombstone, but for those that are kept", "UPDATE tombstone SET kept = 1"),
    Harm("no resource has a tombstone, but for those that are kept", "UPDATE tombstone SET kept = 0"),
    Harm(
      "no sequence number is used twice or not yet given out",
      "UPDATE resource SET sequence = (SELECT sequence FROM resource WHERE id = \(topic)) WHERE id = \(user)"),
    Harm(
      "no sequence number is used twice or not yet given out", "UPDATE resource SET sequence = 9000 WHERE id = \(user)"),
    Harm("no sequence number is used twice or not yet given out", "UPDATE tombstone SET sequence = 90000"),
    Harm("no sequence number is used twice or not yet given out", "UPDATE sweep SET sequence = 90000"),
    Harm(
      "no sequence number is used twice or not yet given out",
      "INSERT INTO file_content (resource, sequence, source, is_public) VALUES (\(user), 90000, '', 0)"),
    Harm(
      "the number of the last change is a number",
      "UPDATE setting SET value = value || ' or so' WHERE name = 'sequence'"),
    Harm(
      "no resource that is there has a note that it has left",
      "INSERT INTO removed_resource (type, uuid, sequence, origin, noted) SELECT type, uuid, 1, 0, 1 FROM identity WHERE id = \(user)"
    ),
    Harm(
      "no cursor is ahead of its rows",
      "INSERT INTO cursor (type, changed, internal_id) VALUES (\(type("user--user")), 5, 1)"),
    Harm(
      "every candidate of a sweep is stored or gone with its sweep",
      "INSERT INTO sweep_candidate (type, resource, is_omitted) VALUES (\(type("taxonomy_term--tag")), 999999, 0)"),
    Harm(
      "every sweep that is not under way has no candidates, but for those that are held",
      "INSERT INTO sweep_candidate (type, resource, is_omitted) VALUES (\(type("user--user")), \(user), 0)"),
    Harm(
      "everything that is set aside is of a kind that is told, and at most 500 of one kind and type",
      "INSERT INTO set_aside (kind, type, subject, reason, advice, since, last_seen) VALUES ('?', '', '', '', '', 1, 1)"
    ),
    Harm(
      "everything that is set aside is of a kind that is told, and at most 500 of one kind and type",
      """
      INSERT INTO set_aside (kind, type, subject, reason, advice, since, last_seen)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 501)
      SELECT 'row', 'node--page', i, '', '', 1, 1 FROM n
      """),
    Harm(
      "every change that waits is of a kind and in a state that this program knows, and its members are a list",
      "UPDATE outbox SET kind = 'guess' WHERE resource = \(topic)"),
    Harm(
      "every change that waits is of a kind and in a state that this program knows, and its members are a list",
      "UPDATE outbox SET members = '{}' WHERE resource = \(topic)"),
    Harm(
      "every change that is over says since when, and no other does",
      "UPDATE outbox SET finished = 5 WHERE resource = \(topic)"),
    Harm(
      "every change that waits names a resource, of its type",
      "UPDATE outbox SET type = \(type("user--user")) WHERE resource = \(topic)"),
    Harm(
      "of every resource with changes that wait it is kept what was agreed on with the site",
      "DELETE FROM outbox_copy WHERE resource = \(topic)"),
    Harm(
      "no copy is kept of a resource without changes that wait",
      "INSERT INTO outbox_copy (resource, base_document, base_splices) SELECT id, document, splices FROM resource WHERE id = \(user)"
    ),
    Harm(
      "every copy of a resource with changes that wait is JSON",
      "UPDATE outbox_copy SET base_document = '{', base_splices = NULL WHERE resource = \(topic)"),
    Harm(
      "every update that waits has what it is based on, but for those behind a creation or of what is gone",
      "UPDATE outbox_copy SET base_document = NULL, base_splices = NULL WHERE resource = \(topic)"),
    Harm(
      "every refused part of a change came after the change, of the same resource",
      "UPDATE outbox SET apart_of = 999 WHERE resource = \(topic)"),
    Harm(
      "every change that was refused with another names one that there is",
      """
      UPDATE outbox SET state = 'rejected', error = 'waits for change 999, which the site refused' WHERE resource = \(topic)
      """),
    Harm(
      "no change or conflict has a number that is still to be given out",
      "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'outbox'"),
    Harm(
      "every change in conflict has a conflict that waits for a decision, and every such conflict a change in conflict",
      "UPDATE conflict SET decision = 'site', decided = 5"),
    Harm(
      "every change in conflict has a conflict that waits for a decision, and every such conflict a change in conflict",
      "UPDATE outbox SET state = 'queued' WHERE resource = \(disputed)"),
    Harm("every conflict that waits for a decision has its versions, readable", "UPDATE conflict SET site = NULL"),
    Harm("every conflict that waits for a decision has its versions, readable", "UPDATE conflict SET local = NULL"),
    Harm("every conflict that waits for a decision has its versions, readable", "UPDATE conflict SET base = '{'"),
    Harm("every conflict that was decided says when, and no other does", "UPDATE conflict SET decided = 5"),
    Harm("every upload that waits says which file it is, and no such note is of no change", "DELETE FROM upload"),
    Harm(
      "every upload that waits says which file it is, and no such note is of no change",
      "INSERT INTO upload VALUES (999, 'node--topic', 'field_image', 'b.png', 'x', 1, 'y', NULL)"),
    Harm(
      "splice points lie within their documents, in order", "UPDATE resource SET splices = x'FF' WHERE id = \(user)"),
    Harm(
      "splice points lie within their documents, in order",
      "UPDATE outbox_copy SET base_splices = x'FF' WHERE resource = \(topic)"),
    Harm("every file that waits for the site is beside the mirror, in its size", "UPDATE upload SET bytes = 90000"),
  ]

  /// A mirror with something of everything: resources, what left and what is kept, a sweep under way, what is set aside, and changes
  /// of each kind, one of them in conflict.
  private func mirror() throws -> CrawledMirror {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let mirror = made.mirror
    try mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    _ = try mirror.sweeping.beginSweep(of: "node--topic", at: 5)
    for removal in [(104, Tombstone.Kind.deleted), (105, .hidden)] {
      let one = try #require(
        try mirror.sweeping.everything(of: "node--topic").first { $0.internalID == Int64(removal.0) })
      _ = try mirror.sweeping.remove(
        [Removal(one, removal.1, how: "test")], of: "node--topic", onHidden: .keep, at: 6)
    }
    try mirror.sweeping.endSweep(of: "node--topic", at: 7)
    _ = try mirror.sweeping.beginSweep(of: "taxonomy_term--tag", at: 8)
    try mirror.pulling.setAside([SetAside(.row, type: "node--topic", subject: "9", reason: "odd", advice: "", at: 9)])
    let changed = try object(["title": "Another"])
    try record(.update(changed), 101, mirror)
    let disputed = try #require(try record(.update(changed), 102, mirror).change)
    try record(.delete, 103, mirror)
    try record(.create(changed), 201, mirror)
    let file = try mirror.recording.stage(Array("picture".utf8), filename: "a.png", sha256: "0123abcd")
    try record(.upload(file, hostType: "node--topic", field: "field_image"), 202, mirror, type: "file--file")
    try dispute(#require(try mirror.outbox.change(disputed)), mirror)
    return made
  }

  private func object(_ attributes: JSONObject) throws -> ResourceObject {
    try ResourceObject(.object(["type": "node--topic", "attributes": .object(attributes)]))
  }

  @discardableResult
  private func record(
    _ action: LocalChange.Action, _ number: Int, _ mirror: Mirror, type: String = "node--topic"
  ) throws -> RecordedChange {
    let uuid = try #require(ResourceID(SmallCommunity.uuid(number)))
    return try mirror.recording.record(
      LocalChange(type: type, uuid: uuid, action: action, author: ChangeAuthor(consumer: "crm")), at: Self.now)
  }

  /// The site has changed the title, too.
  private func dispute(_ change: OutboxChange, _ mirror: Mirror) throws {
    let text = SmallCommunity.topic(
      102, SmallCommunity.attributes("Theirs", "2", "1.5", flag: "false"), users: [2], tags: [12])
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: [:])
    let page = try scanner.page(Array(#"{"data":\#(text)}"#.utf8))
    let scanned = try #require(page.resources.first)
    try mirror.outbox.note(
      .fields, of: change, site: SiteCopy(scanned: scanned, text: try scanner.text(of: scanned)),
      fields: [ConflictField(.attributes, "title", base: "cafe ", site: "Theirs", local: "Another")], at: Self.now)
  }

  private func broken(_ mirror: Mirror, isDeep: Bool = false) throws -> [InvariantResult] {
    try mirror.reporting.check(isDeep: isDeep).filter { $0.violations > 0 }
  }

  @Test func aMirrorWithSomethingOfEverythingIsInOrder() throws {
    let made = try mirror()
    let broken = try broken(made.mirror)
    #expect(broken.isEmpty, "\(broken)")
    let states = try made.mirror.outbox.unsettledChanges()
    #expect(Set(states.map(\.kind)) == Set(ChangeKind.allCases) && states.contains { $0.state == .conflict })
  }

  @Test(arguments: harms) func whatIsNotSoIsNamed(_ harm: Harm) throws {
    let made = try mirror()
    made.damaged(by: harm.sql)
    var plain = Configuration()
    plain.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: made.mirror.path, configuration: plain)
    try queue.write { db in
      try db.execute(sql: harm.sql)
      #expect(db.changesCount > 0)
    }
    try queue.close()
    let broken = try broken(made.mirror)
    #expect(broken.map(\.name) == [harm.name], "\(broken)")
    #expect(broken.first?.example?.isEmpty == false)
  }

  /// One document that is no JSON, or JSON of another form, in the middle of the others: it is named, and nothing else fails over it.
  @Test(arguments: [
    "'{'", "''", "'[1]'", "'null'", #"'{"type":"user--user","relationships":5}'"#, "CAST(x'c328ff00' AS TEXT)",
    "replace(document, '}', '')", "replace(hex(zeroblob(3000)), '00', '[')", "CAST(zeroblob(40) AS TEXT)",
  ])
  func aDamagedDocumentIsNamed(document: String) throws {
    let made = try mirror()
    made.damaged(by: "a document that is \(document)")
    let id = try made.mirror.database.read { try Int64.fetchOne($0, sql: "SELECT \(Self.user)") }
    try made.mirror.database.write {
      try $0.execute(sql: "UPDATE resource SET document = \(document) WHERE id = \(Self.user)")
    }
    let broken = try broken(made.mirror)
    let named = broken.first { $0.name == "every document is JSON and names its own type and id" }
    #expect(named?.violations == 1 && named?.example == id.map { "\($0)" }, "\(broken)")
    #expect(!broken.contains { $0.example?.contains("SELECT") == true })
  }

  /// What a proof cannot look at is a finding, in few words; the others go on, and the file's own soundness is still the last.
  @Test func whatCannotBeLookedAtIsAFinding() throws {
    let made = try mirror()
    made.damaged(by: "a table that is not there")
    try made.mirror.database.write { try $0.execute(sql: "DROP TABLE sweep_candidate") }
    let results = try made.mirror.reporting.check()
    let broken = results.filter { $0.violations > 0 }
    #expect(
      broken.count >= 3 && broken.allSatisfy { $0.example == "it cannot be looked at: no such table: sweep_candidate" })
    #expect(results.last?.name == "the file is sound" && results.last?.violations == 0)
    #expect(results.count == Invariants.all.count + 3)
  }

  /// Each of them is broken by one of the tests above.
  @Test func eachIsTried() {
    let untried = Set(Invariants.all.map(\.name)).subtracting(Self.harms.map(\.name))
    #expect(untried.isEmpty, "\(untried)")
    #expect(Set(Invariants.all.map(\.name)).count == Invariants.all.count)
  }

  @Test func aStagedFileThatIsNotThereIsNamed() throws {
    let made = try mirror()
    made.damaged(by: "a staged file changed and removed")
    let place = made.mirror.outbox.uploadsPath + "/0123abcd"
    // The name is no hash of it, which only a look at its bytes tells.
    let deep = try broken(made.mirror, isDeep: true)
    #expect(deep.map(\.name) == ["every file that waits for the site is beside the mirror, byte for byte"], "\(deep)")
    try Data("pictures".utf8).write(to: URL(filePath: place))
    let larger = try broken(made.mirror)
    #expect(larger.first?.example?.contains("it has 8 bytes") == true, "\(larger)")
    try FileManager.default.removeItem(atPath: place)
    let missing = try broken(made.mirror)
    #expect(missing.map(\.name) == ["every file that waits for the site is beside the mirror, in its size"])
    #expect(missing.first?.example?.contains("it is missing") == true, "\(missing)")
  }
}
