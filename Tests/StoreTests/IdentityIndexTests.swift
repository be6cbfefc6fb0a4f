import Foundation
import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// Ids are found in both parts of their index, and the small part stays small.
@Suite struct IdentityIndexTests {
  /// What of a mirror has settled.
  enum Settled: String, CaseIterable, CustomTestStringConvertible {
    case nothing = "0"
    case half = "id % 2"
    case everything = "1"
    var testDescription: String { rawValue }
  }

  private func count(_ mirror: Mirror, _ condition: String) throws -> Int {
    try mirror.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM identity WHERE \(condition)") ?? -1 }
  }

  @Test(arguments: Settled.allCases) func idsAreFoundInBothParts(_ settled: Settled) throws {
    let made = try CrawledMirror.full()
    let all = try count(made.mirror, "1")
    try made.mirror.database.write { try $0.execute(sql: "UPDATE identity SET recent = 1 - (\(settled.rawValue))") }
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
    let ids = try made.mirror.database.read { db in
      try Row.fetchAll(db, sql: "SELECT type, uuid FROM resources ORDER BY resource").map { row in
        (type: try row.decode(String.self, atIndex: 0), id: try row.decode(String.self, atIndex: 1))
      }
    }
    #expect(ids.count == 1301)
    for one in ids {
      let id = try #require(ResourceID(one.id))
      #expect(try made.mirror.reading.isStoredWhole(id, type: one.type) || one.type == "user--user", "\(one)")
      #expect(try made.rendered(one.type, one.id) != nil, "\(one)")
    }
    // What is known is not taken for new.
    let again = try made.apply(CrawledMirror.pages(base: CrawledMirror.site))
    #expect(again.inserted == 0 && again.updated == 0)
    #expect(try count(made.mirror, "1") == all)
  }

  @Test func aFullStretchSettles() throws {
    let made = try CrawledMirror(damagedBy: "identities that nothing needs")
    _ = try made.take(Topic.usual(users: [Topic.user]))
    try made.mirror.database.write { db in
      try db.execute(
        sql: """
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
          INSERT INTO identity (uuid, type) SELECT randomblob(16), 1 FROM n
          """, arguments: [IdentityIndex.stretch - 1 - Int64(count(made.mirror, "1"))])
    }
    #expect(try count(made.mirror, "recent = 1") == Int(IdentityIndex.stretch - 1))
    _ = try made.take(Topic.usual(users: [Topic.other]))
    #expect(try count(made.mirror, "recent = 1") == 0)
    #expect(try count(made.mirror, "1") == Int(IdentityIndex.stretch))
    // What comes next gathers again; what has settled is found.
    #expect(try made.take(Topic.usual(users: [Topic.user, Topic.other])).updated == 1)
    #expect(try count(made.mirror, "recent = 1") == 0)
    #expect(try made.take(Topic.usual().replacing("node--topic", with: "node--page")).inserted == 1)
    #expect(try count(made.mirror, "recent = 1") == 1)
  }

  /// Without the index each of these would walk through all identities.
  @Test func whatLooksForAnIDUsesTheIndex() throws {
    let made = try CrawledMirror.full()
    let questions = [
      FixedStatement.resourceByUUID.sql, Reading.siteDocument,
      "SELECT id FROM identity WHERE \(IdentityIndex.uuid()) = ? AND type = ?",
      "SELECT id FROM identity WHERE \(IdentityIndex.uuid()) IN (?, ?)",
      "SELECT d.uuid FROM tombstone d LEFT JOIN identity i ON \(IdentityIndex.uuid("i")) = d.uuid AND i.type = d.type",
    ]
    try made.mirror.database.read { db in
      for question in questions {
        let asked = question.replacing("?", with: "x'00'")
        let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(asked)").map {
          try $0.decode(String.self, forColumn: "detail")
        }
        #expect(plan.contains { $0.contains("identity_by_id (recent=? AND uuid=?") }, "\(question): \(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN i") }, "\(question): \(plan)")
      }
    }
  }

  /// A mirror whose index had one part.
  @Test func olderMirrorsKeepTheirIdentities() throws {
    let made = try CrawledMirror()
    let path = made.folder.appending(path: "old.sqlite").path
    let old = try DatabaseQueue(path: path)
    try Schema.migrator.migrate(old, upTo: "28 feed")
    let shown = "CREATE INDEX identity_by_shown ON identity (\(IdentityText.shown("uuid")))"
    let list = "SELECT id, type, uuid FROM identity ORDER BY id"
    let before = try old.write { db in
      try db.execute(
        sql: """
          INSERT INTO resource_type (name, entity_type) VALUES ('node--topic', 'node');
          INSERT INTO identity (id, uuid, type)
          VALUES (7, randomblob(16), 1), (3, CAST(zeroblob(16) || 'Demo_1' AS BLOB), 1), (20, randomblob(16), 1);
          \(shown)
          """)
      return try Row.fetchAll(db, sql: list)
    }
    try old.close()
    let mirror = try Mirror(path: path)
    try mirror.database.read { db in
      let after = try Row.fetchAll(db, sql: list)
      #expect(after == before)
      #expect(try Int.fetchOne(db, sql: "SELECT sum(recent) FROM identity") == 0)
      #expect(try String.fetchOne(db, sql: "SELECT sql FROM sqlite_master WHERE name = 'identity_by_shown'") == shown)
      // Views still name the table.
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM resources") == 0)
      let folded = "\(IdentityText.isText("uuid")) AND \(IdentityText.folded("uuid")) = 'demo_1'"
      #expect(try Int.fetchOne(db, sql: "SELECT id FROM identity WHERE \(folded)") == 3)
    }
    try mirror.close()
  }
}
