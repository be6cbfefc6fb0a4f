import Foundation
import GRDB
import JSONAPI
import Store
import Support
import Testing

@testable import Export

/// Each format on the recorded community: what the views show, and nothing of the mirror's own.
@Suite struct ExportFormatTests {
  private static let views = ["node_event", "node_topic", "user", "profile", "node_event__social_tagging"]

  @Test func aDatabaseHasTheViewsAsTables() throws {
    let made = try Exported.community()
    let exported = try Exported(of: made, .sqlite)
    try exported.proveFiles()
    let path = exported.folder + "/snapshot.sqlite"
    let shown = Set(try made.mirror.views.all().flatMap { [$0.name] + $0.links.map(\.name) })
    #expect(shown.isSubset(of: exported.tables.keys))
    for name in Self.views where shown.contains(name) {
      let columns = exported.columns(name)
      let rows = try CrawledMirror.rows(path, name, columns)
      #expect(rows == (try CrawledMirror.rows(made.mirror.path, name, columns)), "\(name)")
      #expect(exported.tables[name]?["rows"]?.integer == Int64(rows.count))
    }
    try DatabaseQueue(path: path).read { db in
      #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
      let tables = Set(
        try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      )
      #expect(tables == Set(exported.tables.keys).union(["mirror_columns", "mirror_snapshot"]))
      #expect(try String.fetchOne(db, sql: "SELECT type FROM mirror_columns WHERE \"column\" = 'created'") == "time")
      #expect(
        try String.fetchOne(db, sql: "SELECT value FROM mirror_snapshot WHERE name = 'site'") == CrawledMirror.site)
      let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN SELECT title FROM node_event WHERE id = 'x'")
      #expect(try plan.contains { try $0.decode(String.self, forColumn: "detail").contains("USING INDEX") })
      // Reports have columns of the kinds that the manifest says.
      for (name, table) in exported.tables where name.hasPrefix("report_") {
        for column in table["columns"]?.array ?? [] {
          let column = (name: column["name"]?.string ?? "", kind: column["kind"]?.string ?? "")
          let types = try String.fetchSet(
            db, sql: "SELECT typeof(\"\(column.name)\") FROM \(name) WHERE \"\(column.name)\" IS NOT NULL")
          #expect(
            types.isSubset(of: [column.kind == "integer" ? "integer" : "text"]), "\(name).\(column.name): \(types)")
        }
      }
    }
  }

  @Test func aDatabaseHasNothingOfTheMirrorsOwn() throws {
    let made = try Exported.community()
    let exported = try Exported(of: made, .sqlite)
    // The stored form, with its mark for the base URL, stands in documents alone.
    #expect(try !exported.holds(String(decoding: [0xEF, 0xB7, 0x90], as: UTF8.self)))
    #expect(try !exported.holds(#"{"type":"node--topic","id":""#))
  }

  @Test func commaSeparatedValuesAreTheViews() throws {
    let made = try Exported.community()
    let exported = try Exported(of: made, .csv)
    try exported.proveFiles()
    for name in Self.views where exported.tables[name] != nil {
      let columns = exported.columns(name)
      let records = records(ofCSV: try exported.bytes(name + ".csv"))
      #expect(records.first == columns)
      let rows = try CrawledMirror.rows(made.mirror.path, name, columns)
      #expect(Set(records.dropFirst()) == Set(rows) && records.count == rows.count + 1, "\(name)")
    }
  }

  @Test func linesOfJSONAreTheViews() throws {
    let made = try Exported.community()
    let exported = try Exported(of: made, .jsonl)
    try exported.proveFiles()
    for name in Self.views where exported.tables[name] != nil {
      let columns = exported.columns(name)
      let kinds = exported.tables[name]?["columns"]?.array?.compactMap { $0["kind"]?.string } ?? []
      let lines = try exported.bytes(name + ".jsonl").split(separator: 0x0A)
      let rows = try lines.map { line -> [String?] in
        let object = try #require(try JSON(parsing: Array(line)).object)
        #expect(object.names == columns)
        return zip(object.members, kinds).map { member, kind in
          switch (member.value, kind) {
          case (.null, _): nil
          case (.bool(let truth), "boolean"): truth ? "1" : "0"
          case (.number(let digits), "integer"), (.number(let digits), "real"): digits
          case (.string(let text), "text"), (.string(let text), "time"): text
          default: kind == "json" ? "json" : "not \(kind): \(member.value)"
          }
        }
      }
      let wanted = try CrawledMirror.rows(made.mirror.path, name, columns).map { row in
        zip(row, kinds).map { value, kind in kind == "json" ? value.map { _ in "json" } : value }
      }
      #expect(Set(rows) == Set(wanted) && rows.count == wanted.count, "\(name)")
    }
  }

  /// Null and an empty text differ; quotes, line ends and formulas are as they are.
  @Test func fieldsAreWrittenByTheRules() {
    func field(_ text: String) -> String {
      var bytes: [UInt8] = []
      CSVText.append(text, into: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(field("") == "\"\"")
    #expect(field("a b") == "a b")
    #expect(field("a,b") == "\"a,b\"")
    #expect(field("say \"hi\"\r\n") == "\"say \"\"hi\"\"\r\n\"")
    #expect(field("=1+1") == "\"=1+1\"" && field("-") == "\"-\"" && field("a=1") == "a=1")
    #expect(records(ofCSV: Array("a,b\r\n,\"\"\r\n".utf8)) == [["a", "b"], [nil, ""]])
  }

  /// DuckDB writes Parquet where it is there; where it is not, the message names it.
  @Test func parquetNeedsDuckDB() throws {
    let made = try Exported.community()
    #expect {
      try Exported(of: made, .parquet) { $0.environment = ["PATH": "/nowhere"] }
    } throws: { error in
      let fault = error as? ExportFault
      return fault?.isUsage == true && fault?.description.contains("pip install duckdb") == true
    }
    #expect(throws: ExportFault.self) { try Exported(of: made, .parquet) { $0.tool = "/nowhere/duckdb" } }
    let environment = ProcessInfo.processInfo.environment
    guard let tool = try? ParquetTool.find(nil, environment) else { return }
    let exported = try Exported(of: made, .parquet) { order in
      order.only = ["node", "user"]
      order.tool = tool.path
      order.environment = environment
    }
    try exported.proveFiles()
    #expect(try exported.names.contains("node_event.parquet"))
    #expect(try exported.bytes("node_event.parquet").prefix(4) == Array("PAR1".utf8)[...])
  }

  /// A tool that writes something else than what it was given, or fails, leaves no export.
  @Test func aToolThatFailsLeavesNothing() throws {
    let made = try Exported.community()
    let tool = made.folder.path + "/duckdb"
    for script in ["#!/bin/sh\necho 'cannot do that' >&2\nexit 1\n", "#!/bin/sh\nexit 0\n"] {
      try Data(script.utf8).write(to: URL(filePath: tool))
      chmod(tool, 0o755)
      #expect(throws: ExportFault.self) {
        try Exported(of: made, .parquet, into: "out") { order in
          order.tool = tool
          order.only = ["user"]
        }
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: made.folder.path)
      #expect(!left.contains { $0.contains("out") })
    }
  }
}
