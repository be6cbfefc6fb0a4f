import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// The time of the last change in views: an index has its order, and it is what documents say, however odd that is.
@Suite struct ReportOrderTests {
  private func plan(_ query: String, _ queue: DatabaseQueue) throws -> [String] {
    try queue.read { db in
      try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(query)").map { try $0.decode(String.self, forColumn: "detail") }
    }
  }

  private static let ordered = [
    "SELECT * FROM node_topic ORDER BY changed DESC LIMIT 20",
    "SELECT title, changed FROM node_topic ORDER BY changed, internal_id",
    "SELECT title FROM node_event WHERE changed >= '2024-05-01' AND changed < '2024-06-01' ORDER BY changed DESC LIMIT 5",
    "SELECT count(*) FROM comment WHERE changed >= '2024-05-01'",
    "SELECT max(changed) FROM post",
    "SELECT t.title, u.name FROM node_topic t JOIN user u ON u.id = t.uid ORDER BY t.changed DESC LIMIT 20",
  ]

  @Test func anIndexHasTheOrder() throws {
    let made = try CrawledMirror.full()
    try made.mirror.views.renew()
    let queue = try made.other
    let sql = "SELECT id, changed FROM node_topic ORDER BY changed DESC, internal_id DESC"
    let before = try queue.read { try Row.fetchAll($0, sql: sql) }
    #expect(before.count > 100)
    try made.mirror.views.indexIDs()
    try made.mirror.views.indexTimes()
    // A second time nothing is made.
    try made.mirror.views.indexTimes()
    // To explain alone does not look whether there are indexes now that were not there.
    #expect(try queue.read { try Row.fetchAll($0, sql: sql) } == before)
    for query in Self.ordered {
      let plan = try plan(query, queue)
      #expect(plan.contains { $0.contains("INDEX resource_by_shown_changed (type=?") }, "\(query): \(plan)")
      #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN r") }, "\(query): \(plan)")
    }
    let stretch = try plan("SELECT id FROM node_topic WHERE changed >= '2024-05-01'", queue)
    #expect(stretch.contains { $0.contains("resource_by_shown_changed (type=? AND <expr>>?)") }, "\(stretch)")
    // Where no time is asked for, a smaller index does.
    let all = try plan("SELECT count(*) FROM node_topic", queue)
    #expect(all.contains { $0.contains("COVERING INDEX resource_by_internal_id") }, "\(all)")
  }

  /// Who asks for all links of a type begins with the type's resources, not with all relationships of the mirror.
  @Test func linksBeginWithTheirType() throws {
    let made = try CrawledMirror.full()
    try made.mirror.views.renew()
    try made.mirror.views.indexIDs()
    try made.mirror.views.indexTimes()
    let queue = try made.other
    for query in [
      "SELECT * FROM node_event__social_tagging",
      "SELECT target_id, count(*) FROM node_event__social_tagging GROUP BY target_id",
    ] {
      let plan = try plan(query, queue)
      #expect(plan.contains { $0.hasPrefix("SEARCH r USING COVERING INDEX resource_by_") }, "\(query): \(plan)")
      #expect(!plan.contains { $0.hasPrefix("SCAN l") }, "\(query): \(plan)")
    }
  }

  private static let usual = "2024-01-20T17:08:00+00:00"

  /// What a document has as `changed`, and what the column shows of it, beside one that is as usual.
  private static let odd: [(value: String, shown: String?)] = [
    ("null", nil), (#""2024-03-01T10:00:00+11:00""#, "2024-02-29T23:00:00Z"),
    (#""2016-12-31T23:59:60+00:00""#, "2017-01-01T00:00:00Z"),
    (#""0000-01-01T00:00:00+00:00""#, "0000-01-01T00:00:00Z"),
    (#""9999-12-31T23:59:59+00:00""#, "9999-12-31T23:59:59Z"),
    // Beyond the years that SQLite has.
    (#""9999-12-31T23:59:59-01:00""#, nil),
  ]

  @Test(arguments: odd.indices) func itIsWhatTheDocumentSays(index: Int) throws {
    let (value, shown) = Self.odd[index]
    try check(value, [Self.usual.replacing("+00:00", with: "Z"), shown])
  }

  /// A field that is not always a time in the site's form is a column of texts, as the documents have them: no index serves that.
  @Test(arguments: [
    ("1700000000", "1700000000"), (#""soon""#, "soon"), (#""2024-02-30T10:00:00+00:00""#, "2024-02-30T10:00:00+00:00"),
    (#""2024-03-01T10:00:00.750+00:00""#, "2024-03-01T10:00:00.750+00:00"),
    (#""2024-03-01T10:00:00Z""#, "2024-03-01T10:00:00Z"),
  ])
  func itIsATextWhereItIsNoTime(value: String, shown: String) throws { try check(value, [Self.usual, shown]) }

  /// Expects what the column shows of a topic as usual and of one with that value, with the index and without.
  private func check(_ value: String, _ shown: [String?]) throws {
    let made = try SmallCommunity.mirror([
      SmallCommunity.topic(1, #""changed":"\#(Self.usual)""#), SmallCommunity.topic(2, #""changed":\#(value)"#),
    ])
    try made.mirror.views.renew()
    func values() throws -> [String?] {
      try made.other.read { db in
        try Row.fetchAll(db, sql: "SELECT changed FROM node_topic ORDER BY internal_id").map {
          try $0.decode(String?.self, atIndex: 0)
        }
      }
    }
    #expect(try values() == shown)
    try made.mirror.views.indexTimes()
    #expect(try values() == shown)
    let ordered = try made.other.read { db in
      try Row.fetchAll(db, sql: "SELECT changed FROM node_topic ORDER BY changed").map {
        try $0.decode(String?.self, atIndex: 0)
      }
    }
    // Null is first, as everywhere in SQLite.
    #expect(ordered == shown.sorted { ($0 ?? "") < ($1 ?? "") })
    // What changes is in the index as it is then.
    try SmallCommunity.add([SmallCommunity.topic(2, #""changed":"2025-01-01T00:00:00+00:00""#)], to: made)
    let last = try made.other.read { try String.fetchOne($0, sql: "SELECT max(changed) FROM node_topic") }
    #expect(last?.hasPrefix("2025-01-01T00:00:00") == true, "\(String(describing: last))")
  }
}
