import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// All rows of a view are read with one pass over each document: value by value they are what the view says.
@Suite struct DocumentRowTests {
  /// Every row of every view, as the reading of all has it and as the view has it, by id.
  private func expectTheSame(_ mirror: Mirror) throws {
    try mirror.views.snapshotToPublish { snapshot in
      let all = try snapshot.changes(after: -1, most: 1_000_000).types
      #expect(!snapshot.views.isEmpty)
      for view in snapshot.views {
        var (found, wanted): ([[String]], [[String]]) = ([], [])
        try snapshot.rows(of: view.name) { found.append(shown($0, view)) }
        try snapshot.rows(of: view.name, resources: all[view.resourceType]?.resources ?? []) {
          wanted.append(shown($0, view))
        }
        let byID: ([String], [String]) -> Bool = { $0[0] < $1[0] }
        for (row, wantedRow) in zip(found.sorted(by: byID), wanted.sorted(by: byID)) where row != wantedRow {
          Issue.record("\(view.name): \(zip(row, wantedRow).filter { $0 != $1 })")
        }
        #expect(found.count == wanted.count)
      }
    }
  }

  private func shown(_ row: ViewRow, _ view: ReportView) -> [String] {
    view.columns.enumerated().map { index, column in
      if row.isNull(index) { return "\(column.name): null" }
      switch column.kind {
      case .integer, .boolean: return "\(column.name): \(row.integer(index))"
      case .real: return "\(column.name): \(row.real(index))"
      case .time, .text, .json: return "\(column.name): \(Array(row.bytes(index)))"
      }
    }
  }

  @Test func theRecordedCommunityIsReadAsItsViewsSay() throws {
    let made = try CrawledMirror.full()
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site + "/")
    try made.mirror.views.renew()
    try expectTheSame(made.mirror)
  }

  /// Values that a field has, whatever its column is for.
  private static let values = [
    "null", "true", "false", "0", "-0", "-1", "7", "123456789012345678", "1234567890123456789", "9223372036854775808",
    "1.5",
    "1e3", "-2.50", "1e400", #""""#, #""x""#, #""true""#, #""12""#, #""a\u0000b""#,
    #""\ud83c\udf89\u00e9\u20ac\u003C\/""#,
    #""\ud83c""#, #""\udf89x""#, #""\ud83cx\udf89""#, #""\ufdd0""#, #""\b\f\n\r\t\"\\""#, #""Zürich 東京 🎉""#,
    #""https:\/\/community.example.org\/a and https:\/\/community.example.org""#, #""2026-01-31T12:00:00+00:00""#,
    #""2026-01-31T12:00:00Z""#, #""2026-01-31T12:00:00-00:00""#, #""2026-01-31T23:30:10-05:30""#,
    #""2026-12-31T23:30:10-14:00""#, #""2026-12-31T23:30:10+14:59""#, #""2026-12-31T23:30:10+15:00""#,
    #""2026-02-30T12:00:00+00:00""#, #""2026-01-31T12:00:60+00:00""#, #""2026-01-31T24:00:00+00:00""#,
    #""2026-01-31T12:00:00.750+00:00""#, #""2026-01-31T12:00:0.Z""#, #""2026-01-31 12:00:00+00:00""#, #""2026-01-31""#,
    #""2026-01-31T12""#, #""2026-01-31t12:00:00z""#, #""0000-01-01T00:00:00+00:00""#, #""0001-01-01T00:00:00+01:00""#,
    #""9999-12-31T23:59:59-01:00""#, #""1000-01-01T00:00:00+01:00""#, #""now""#, "[]", "{}", #"["a",1,{"b":"\u003C"}]"#,
    #"{"value":"a\u003Cb","format":"f","processed":"c"}"#, #"{"value":1,"value":2,"format":null}"#,
    #"{"va\u006cue":"x"}"#,
  ]

  @Test(arguments: [
    #""2026-01-31T12:00:00+00:00""#, "1", "1.5", "true", #""text""#, "[1]", #"{"a":1}"#,
    #"{"value":"a","format":"f","processed":"p","summary":"s"}"#,
  ]) func oddValuesAreWhatTheViewSays(usual: String) throws {
    // What most have says what the column is for; then come the odd ones, which may make it another one.
    let objects =
      (0..<60).map { #""odd":\#(usual),"title":"\#($0)""# } + Self.values.map { #""odd":\#($0),"title":"x""# }
    let made = try SmallCommunity.mirror(
      objects.enumerated().map { SmallCommunity.topic($0.offset + 1, $0.element) })
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    try made.mirror.views.renew()
    try expectTheSame(made.mirror)
    made.damaged(by: "members said twice, white space and documents that are cut off")
    // As the type was known before the odd ones came, and documents that say the same member twice, or hold white space.
    try made.mirror.database.write { db in
      try db.execute(
        sql: """
          UPDATE resource SET document = replace(document, '"title":"x"', '"title":"x","odd":1,"title":"y","attributes":{}');
          UPDATE resource SET document = replace(document, '"title":"1"', '"title": "1"');
          UPDATE resource SET document = replace(document, '"title":"2"', '"t\\u0069tle":"2"');
          UPDATE resource SET document = substr(document, 1, 40) WHERE document LIKE '%"title":"3"%';
          UPDATE resource SET document = replace(document, '"attributes":', '"attributes":7,"attributes":')
            WHERE document LIKE '%"title":"4"%'
          """)
    }
    try expectTheSame(made.mirror)
  }

  @Test func whatDocumentsHoldIsReadFromThem() throws {
    let made = try SmallCommunity.mirror(
      (1...10).map {
        SmallCommunity.topic(
          $0,
          #""title":"\#($0)","created":"2026-01-31T12:00:00+01:00","rate":1.5,"#
            + #""body":{"value":"\u003Cp\u003E","format":"f","processed":"p"}"#)
      })
    try made.mirror.views.renew()
    try made.mirror.database.read { db in
      let view = try #require(try ReportViewRows.all(db).first { view in view.columns.contains { $0.name == "body" } })
      let select = try #require(try ReportViewRows.select(view.name, db))
      let plan = try #require(DocumentPlan(view, select))
      var names: Set<String> = []
      for (column, place) in zip(view.columns, plan.places) {
        if case .document = place { names.insert(column.name) }
      }
      #expect(names.isSuperset(of: ["title", "created", "body", "body_format", "body_html"]))
      #expect(names.isDisjoint(with: ["id", "internal_id", "body_text", "rate"]))
      let row = DocumentRow(plan, base: "")
      for document in try String.fetchAll(db, sql: "SELECT document FROM resource") {
        let isCertain = Array(document.utf8).withUnsafeBytes { row.read($0) }
        #expect(isCertain)
      }
    }
  }
}
