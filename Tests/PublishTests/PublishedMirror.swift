import OpenSocial
import Foundation
import JSONAPI
import Store
import Support
import Testing

@testable import Publish

/// A mirror of topics and users that a test changes, and what its copy should be.
struct PublishedMirror {
  let made: CrawledMirror
  var mirror: Mirror { made.mirror }

  /// Of the recorded community.
  static func recorded() throws -> PublishedMirror {
    let made = try CrawledMirror.full()
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    return PublishedMirror(made: made)
  }

  /// Of nothing yet.
  static func small() throws -> PublishedMirror {
    let made = try CrawledMirror()
    try made.mirror.discovery.note(.siteBaseURL, CrawledMirror.site)
    try made.mirror.discovery.discovered(["node--topic": "/jsonapi/node/topic", "user--user": "/jsonapi/user/user"])
    return PublishedMirror(made: made)
  }

  static func uuid(_ number: Int) -> String {
    "00000000-0000-4000-8000-" + String(String(number + 1_000_000_000_000).suffix(12))
  }

  /// A topic as the site sends it.
  /// - Parameter attributes: members as JSON, behind the serial number.
  static func topic(_ number: Int, _ attributes: String, users: [Int] = []) -> String {
    let links = users.map { #"{"type":"user--user","id":"\#(uuid($0))"}"# }
    let author = links.first ?? "null"
    return
      #"{"type":"node--topic","id":"\#(uuid(number))","attributes":{"drupal_internal__nid":\#(number),\#(attributes)},"#
      + #""relationships":{"uid":{"data":\#(author)},"field_people":{"data":[\#(links.joined(separator: ","))]}}}"#
  }

  func store(_ objects: [String]) throws {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: [:])
    let page = try scanner.page(Array(#"{"data":[\#(objects.joined(separator: ","))]}"#.utf8))
    let run = try mirror.pulling.beginRun("test", at: 1)
    _ = try mirror.pulling.apply([
      PageApplication(
        type: "node--topic", resources: page.resources, omitted: 0,
        cursor: Cursor(changed: 1, internalID: 1, knownUntil: CrawledMirror.knownUntil), run: run)
    ])
  }

  /// Takes resources out, as a sweep does.
  func remove(_ type: String, where isGone: (SweepCandidate) -> Bool) throws {
    _ = try mirror.sweeping.beginSweep(of: type, at: 5)
    let gone = try mirror.sweeping.everything(of: type).filter(isGone)
    _ = try mirror.sweeping.remove(
      gone.map { Removal($0, .deleted, how: "test") }, of: type, onHidden: .drop, at: 5)
  }

  /// Who publishes it.
  func publisher(_ server: PostgresServer, schema: String = "site") throws -> Publisher {
    let target = try server.target()
    return Publisher(mirror, schema: schema, logger: silentLog) { target }
  }

  /// Compares each table with its view, value by value.
  func expectCopy(in schema: String = "site", of server: PostgresServer, _ note: Comment? = nil) throws {
    let connection = try server.connection()
    let sql = TableSQL(schema: schema)
    try mirror.views.snapshotToPublish { snapshot in
      #expect(!snapshot.views.isEmpty, note)
      let position = try connection.value("SELECT sequence FROM \(sql.place(PublicationTables.publication))")
      #expect(position == "\(snapshot.last)", note)
      let all = try snapshot.changes(after: -1, most: 1_000_000).types
      for table in snapshot.views.flatMap(PublishedTable.tables) {
        let kinds = table.columns.map { ReportColumn.Kind(rawValue: $0.kind) ?? .text }
        var wanted: [String] = []
        // One by one they are read by the view's own statement, and not as they were published.
        try snapshot.rows(of: table.name, resources: all[table.type]?.resources ?? []) {
          wanted.append(PublishedMirror.line($0, kinds))
        }
        let columns = table.columns.map(PublishedMirror.shown).joined(separator: ", ")
        let rows = try connection.rows("SELECT \(columns) FROM \(sql.place(table.name))")
        let found = rows.map { row in
          zip(row, kinds).map { PublishedMirror.canonical($0, $1) }.joined(separator: "|")
        }
        #expect(found.sorted() == wanted.sorted(), "\(table.name)")
      }
    }
  }

  private static func line(_ row: ViewRow, _ kinds: [ReportColumn.Kind]) -> String {
    kinds.enumerated().map { column, kind in
      if row.isNull(column) { return canonical(nil, kind) }
      if kind == .real { return "\(row.real(column))" }
      if kind == .integer || kind == .boolean { return "\(row.integer(column))" }
      let text = String(decoding: row.bytes(column), as: UTF8.self)
      return canonical(text.replacing("\0", with: "\u{FFFD}"), kind)
    }.joined(separator: "|")
  }

  private static func shown(_ column: PublishedTable.Column) -> String {
    let name = TableSQL.name(column.name)
    return switch ReportColumn.Kind(rawValue: column.kind) {
    case .time: "to_char(\(name), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    case .boolean: "\(name)::integer"
    default: name
    }
  }

  /// A value in one spelling, whoever wrote it.
  private static func canonical(_ text: String?, _ kind: ReportColumn.Kind) -> String {
    guard let text else { return "NULL" }
    switch kind {
    case .real: return Double(text).map { "\($0)" } ?? text
    case .json:
      let data = Data(text.utf8)
      guard let value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed),
        let sorted = try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
      else { return text }
      return String(decoding: sorted, as: UTF8.self)
    case .integer, .boolean, .time, .text: return text
    }
  }
}
