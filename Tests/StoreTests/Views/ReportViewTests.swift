import Foundation
import GRDB
import JSONAPI
import OpenSocial
import Support
import Testing

@testable import Store

/// The views of types as another program sees them: their columns, what these show, and what is on record of them.
@Suite struct ReportViewTests {
  private func usual() throws -> CrawledMirror {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    try made.mirror.views.renew()
    return made
  }

  private func columns(_ view: String, _ db: Database) throws -> [String] {
    try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [view])
  }

  @Test func aViewShowsItsType() throws {
    let made = try usual()
    let view = try #require(try made.mirror.views.all().first { $0.name == "node_topic" })
    #expect(view.resourceType == "node--topic")
    #expect(
      view.columns.map { "\($0.name) \($0.kind)" } == [
        "id text", "internal_id integer", "drupal_internal__nid integer", "title text", "count integer", "rate real",
        "flag boolean", "words json", "field_day time", "body text", "body_format text", "body_html text",
        "body_text text",
        "created time", "uid text",
      ])
    #expect(view.links.map(\.name) == ["node_topic__field_tags"])
    try made.other.read { db in
      #expect(try columns("node_topic", db) == view.columns.map(\.name))
      let rows: [String] = try Row.fetchAll(db, sql: "SELECT * FROM node_topic ORDER BY internal_id").map { row in
        let values: [String] = row.databaseValues.map(shown)
        return values.joined(separator: "|")
      }
      #expect(
        rows.first
          == "\(SmallCommunity.uuid(101))|101|101|Café|1|0.5|1|[]|-|Text of Café|plain|x|x|2024-01-01T00:00:04Z|"
          + SmallCommunity.uuid(1))
      #expect(rows[2].hasPrefix("\(SmallCommunity.uuid(103))|103|103|CAFETERIA|-|-|1|[]|-|"))
      #expect(rows.last?.contains(#"|-1|-3.0|1|["b","C"]|2024-02-29T23:00:00Z|-|-|-|-|"#) == true, "\(rows)")
      let links = try String.fetchAll(
        db,
        sql: """
          SELECT l.delta || ' ' || l.target_type || ' ' || t.name FROM node_topic__field_tags l
          JOIN taxonomy_term_tag t ON t.id = l.target_id WHERE l.id = ? ORDER BY l.delta
          """, arguments: [SmallCommunity.uuid(104)])
      #expect(links == ["0 taxonomy_term--tag blue", "1 taxonomy_term--tag red"])
    }
  }

  private func shown(_ value: DatabaseValue) -> String {
    switch value.storage {
    case .null: "-"
    case .int64(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): text
    case .blob: "?"
    }
  }

  /// The first three rows of each view of the recorded community can be read, and their columns are those on record.
  @Test func theRecordedCommunityHasViews() throws {
    let made = try CrawledMirror.full()
    try made.mirror.views.renew()
    try made.mirror.views.indexIDs()
    let views = try made.mirror.views.all()
    #expect(views.count >= 28 && views.map(\.name).contains("group_content_open_group_group_membership"))
    #expect(try made.mirror.views.renew() == 0)
    try made.other.read { db in
      for view in views {
        #expect(try columns(view.name, db) == view.columns.map(\.name))
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM \(view.name) LIMIT 3")
        for row in rows {
          for (column, value) in zip(view.columns, row.databaseValues) {
            #expect(fits(value, column.kind), "\(view.name).\(column.name): \(value)")
          }
        }
        for link in view.links {
          #expect(try columns(link.name, db) == ReportLinkView.columns.map(\.name))
          _ = try Row.fetchAll(db, sql: "SELECT * FROM \(link.name) LIMIT 3")
        }
      }
      let topics = try Int.fetchOne(db, sql: "SELECT count(*) FROM node_topic WHERE length(body_text) > 0")
      #expect((topics ?? 0) > 100)
      let unbased = try Int.fetchOne(db, sql: "SELECT count(*) FROM node_topic WHERE instr(metatag, char(64976)) > 0")
      #expect(unbased == 0)
      let labels = try Int.fetchOne(
        db, sql: "SELECT count(*) FROM mirror_columns WHERE view = 'node_event' AND label IS NOT NULL")
      #expect((labels ?? 0) > 5)
      let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN SELECT title FROM node_topic WHERE id = 'x'")
      #expect(try plan.contains { try $0.decode(String.self, forColumn: "detail").contains("identity_by_shown") })
    }
  }

  private func fits(_ value: DatabaseValue, _ kind: ReportColumn.Kind) -> Bool {
    switch (value.storage, kind) {
    case (.null, _), (.int64, .integer), (.double, .real), (.string, .text): true
    case (.int64(let number), .boolean): number == 0 || number == 1
    case (.string(let text), .time): text.count == 20 && text.hasSuffix("Z")
    case (.string(let text), .json): (try? JSON(parsing: text)) != nil
    default: false
    }
  }

  // MARK: Change

  /// Who reads goes on with the columns that there were; the next who begins has those that came, behind them.
  @Test func readersGoOnWhileViewsAreMadeAnew() throws {
    let made = try usual()
    let queue = try made.other
    let before = try queue.read { db in
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM node_topic") == 5)
      let before = try columns("node_topic", db)
      try SmallCommunity.add([SmallCommunity.topic(200, #""title":"new","added":"yes","flag":"odd""#)], to: made)
      #expect(try made.mirror.views.renew() == 1)
      #expect(try columns("node_topic", db) == before)
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM node_topic") == 5)
      return before
    }
    try queue.read { db in
      #expect(try columns("node_topic", db) == before + ["added"])
      // What was a truth value is a text by now, and shows both.
      let flags = try String.fetchSet(db, sql: "SELECT flag FROM node_topic WHERE flag IS NOT NULL")
      #expect(flags == ["true", "false", "odd"])
    }
  }

  @Test func statementsOfViewsTakeConditions() throws {
    let made = try usual()
    let titles = try made.mirror.database.read { db in
      let select = try #require(try ReportViewRows.select("node_topic", db))
      let last = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM resource")
      return try Row.fetchAll(db, sql: select + " AND r.sequence = ?", arguments: [last])
        .map { try $0.decode(String.self, forColumn: "title") }
    }
    #expect(titles == ["Zebra"])
    #expect(try made.mirror.database.read { try ReportViewRows.select("nothing", $0) } == nil)
  }

  @Test func whatIsRemovedIsInNoView() throws {
    let made = try usual()
    _ = try made.mirror.sweeping.beginSweep(of: "node--topic", at: 5)
    let all = try made.mirror.sweeping.everything(of: "node--topic")
    _ = try made.mirror.sweeping.remove(
      all.map { Removal($0, .deleted, how: "test") }, of: "node--topic", onHidden: .drop, at: 5)
    try made.other.read { db in
      for view in ["node_topic", "node_topic__field_tags", "plain_text"] {
        let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(view)")
        #expect(rows == 0)
      }
    }
  }

  /// Values of any kind at any field: no query fails, and each shows what its column can, or nothing.
  @Test(arguments: 0..<12) func oddValuesFailNoQuery(seed: Int) throws {
    let made = try SmallCommunity.mirror([])
    var random = Support.SplitMix(state: UInt64(seed))
    let values = [
      "null", "true", "false", "0", "-7", "99999999999999999999", "1.5", "1e400", #""""#, #""now""#, #""2460000.5""#,
      #""2024-02-30T10:00:00+00:00""#, #""2024-03-01T10:00:00+11:00""#, #""9999-99-99Tx""#, "{}", "[]",
      #"{"value":"a"}"#,
      #"{"value":1,"format":"x","processed":[]}"#, #"{"value":"a","format":"x","processed":"b"}"#, #"["a",1,null]"#,
      #"[{"value":"a","format":"x","processed":"b"}]"#, #""\u0000""#, #""caf\u00e9""#,
    ]
    var known: [String] = []
    for round in 0..<8 {
      let objects = (0..<10).map { number in
        let members = ["a", "b", "c", "d", "e"].filter { _ in Bool.random(using: &random) }.map { name in
          #""\#(name)":\#(values[Int.random(in: values.indices, using: &random)])"#
        }
        return SmallCommunity.topic(
          1 + round * 5 + number, ([#""created":"2024-01-01T00:00:00+00:00""#] + members).joined(separator: ","))
      }
      try SmallCommunity.add(objects, to: made)
      try made.mirror.views.renew()
      let view = try #require(try made.mirror.views.all().first { $0.name == "node_topic" })
      try made.other.read { db in
        for row in try Row.fetchAll(db, sql: "SELECT * FROM node_topic") {
          for (column, value) in zip(view.columns, row.databaseValues) {
            #expect(fits(value, column.kind), "\(column): \(value)")
          }
        }
      }
      // Some go when a field turns out to be a list; those that stay are called and ordered as they were.
      let names = view.columns.map(\.name)
      #expect(known.filter(names.contains) == names.filter(known.contains))
      known = names
    }
  }
}

extension CrawledMirror {
  /// The file as another program opens it.
  var other: DatabaseQueue {
    get throws { try DatabaseQueue(path: mirror.path) }
  }
}
