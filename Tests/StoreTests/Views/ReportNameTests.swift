import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

/// Names that a site gives, whatever they are: views and columns have plain ones, each its own, and none is taken for SQL.
@Suite struct ReportNameTests {
  private static let hostile = [
    "\"", "'", "'; DROP TABLE resource; --", "\") FROM resource; --", "select", "Title", "title", "TITLE", "a.b", "a b",
    "a-b", "größe",
    "id", "rowid", "ctid", "\u{0}", "body\u{0}", "$", "\\", "[0]", String(repeating: "long", count: 40), "ends with ;",
    "\n", "🎉",
    "null", "r.document", "%s", "?1", ":name",
  ]

  @Test func fieldsOfAnyNameHaveTheirColumns() throws {
    let members = Self.hostile.enumerated().map { index, name in
      String(decoding: JSON.string(name).encoded(.site), as: UTF8.self) + ":\(1_000 + index)"
    }
    let made = try SmallCommunity.mirror([SmallCommunity.topic(1, members.joined(separator: ","))])
    #expect(try made.mirror.views.renew() > 0)
    let view = try #require(try made.mirror.views.all().first { $0.name == "node_topic" })
    try made.other.read { db in
      let row = try #require(try Row.fetchOne(db, sql: "SELECT * FROM node_topic"))
      var seen: [String: Int64] = [:]
      for (column, value) in zip(view.columns, row.databaseValues) where column.part == .value {
        seen[column.field] = Int64.fromDatabaseValue(value)
        #expect(column.name.utf8.allSatisfy { $0 == 0x5F || PlainTextWords.isOfName($0) })
      }
      for (index, name) in Self.hostile.enumerated() {
        // To most programs a text of SQLite ends at a null character.
        #expect(seen[name] == (name.utf8.contains(0) ? nil : Int64(1_000 + index)), "\(name)")
      }
      #expect(Set(view.columns.map { $0.name.lowercased() }).count == view.columns.count)
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM resource") == 1)
      // Each is explained.
      let explained = try String.fetchSet(db, sql: #"SELECT "column" FROM mirror_columns WHERE view = 'node_topic'"#)
      #expect(explained.isSuperset(of: view.columns.map(\.name)))
    }
    #expect(try made.mirror.reading.setAside().map(\.subject) == ["columns"])
    #expect(try made.mirror.views.renew() == 0)
  }

  /// Types whose names make the same one, or that of something else in the file, have views of their own.
  @Test func typesOfAnyNameHaveTheirViews() throws {
    let made = try CrawledMirror()
    let types = [
      "node--open_group", "node--open-group", "Node--Open_Group", "consumer--consumer", "resource", "files--files",
      "search--search", "json--each", "sqlite--master", "pragma--table_info", "report--tags", "mirror--columns",
      "mirror--publication", "node--x__uid", "node--x", "\"--'", "identity--by-shown",
      String(repeating: "t", count: 90),
    ]
    var tags = TypeSchema.Field("uid", isRelationship: true)
    tags.isList = true
    let schema = TypeSchema(fields: [TypeSchema.Field("title"), tags])
    for type in types { try made.mirror.discovery.describe(type, schema) }
    // Nothing was read yet.
    #expect(try made.mirror.views.renew() == 0)
    let cursor = Cursor(changed: 1, internalID: 1, knownUntil: CrawledMirror.knownUntil)
    for type in types { try made.mirror.pulling.save(cursor, of: type) }
    #expect(try made.mirror.views.renew() == 2 * types.count)
    try made.mirror.views.indexIDs()
    let views = try made.mirror.views.all()
    let names = Dictionary(views.map { ($0.resourceType, $0.name) }) { first, _ in first }
    #expect(names["node--open_group"] == "node_open_group" && names["node--open-group"] == "node_open_group_2")
    #expect(names["consumer--consumer"] == "consumer_2" && names["resource"] == "resource_2")
    #expect(names["files--files"] == "files_2" && names["search--search"] == "search_2")
    #expect(names["report--tags"] == "report_tags_2" && names["json--each"] == "_json_each")
    #expect(names["mirror--publication"] == "mirror_publication_2")
    let all = views.map(\.name) + views.flatMap(\.links).map(\.name)
    #expect(all.count == 2 * types.count && Set(all.map { $0.lowercased() }).count == all.count)
    try made.other.read { db in
      for name in all {
        let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM \"\(name)\"")
        #expect(rows == 0)
      }
    }
    for result in try made.mirror.reporting.check() { #expect(result.violations == 0, "\(result)") }
  }

  @Test func moreFieldsThanAViewShows() throws {
    let members = (0..<1_990).map { "\"f\($0)\":\($0)" }.joined(separator: ",")
    let made = try SmallCommunity.mirror([SmallCommunity.topic(1, members)])
    try made.mirror.views.renew()
    try made.other.read { db in
      let row = try #require(try Row.fetchOne(db, sql: "SELECT * FROM node_topic"))
      #expect(row.count == ReportPlan.mostColumns)
      #expect(try row.decode(Int64.self, forColumn: "f1400") == 1_400)
      let without = try Int.fetchOne(
        db, sql: #"SELECT count(*) FROM mirror_columns WHERE view = 'node_topic' AND "column" IS NULL"#)
      // Its id, its serial number twice, its author; and all of those fields.
      #expect(without == 4 + 1_990 - ReportPlan.mostColumns)
    }
    #expect(try made.mirror.reading.setAside().contains { $0.type == "node--topic" && $0.subject == "columns" })
  }

  /// Views make way while a mirror is brought up to date, and are made of what it knows.
  @Test func aMirrorOfBeforeGetsItsViews() throws {
    let made = try CrawledMirror()
    let path = made.folder.appending(path: "old.sqlite").path
    let old = try DatabaseQueue(path: path)
    try Schema.migrator.migrate(old, upTo: "25 authorizations")
    try old.write { db in
      try db.execute(sql: "INSERT INTO resource_type (name, entity_type) VALUES ('node--topic', 'node')")
      let fields = try SchemaRow.encode(TypeSchema(fields: [TypeSchema.Field("title")]))
      try db.execute(sql: "INSERT INTO type_schema VALUES (1, 1, 1, ?)", arguments: [fields])
    }
    try old.close()
    let mirror = try Mirror(path: path)
    #expect(try mirror.views.all().map(\.name) == ["node_topic"])
    try mirror.database.write { db in
      try ReportViewRows.clear(db)
      try db.execute(sql: "CREATE TABLE node_topic (id INTEGER)")
      #expect(try ReportMaking.renew(db) == 1)
    }
    #expect(try mirror.views.all().map(\.name) == ["node_topic_2"])
    try mirror.close()
  }
}
