import JSONAPI
import Support
import Testing

@testable import Reports
@testable import Store

/// What `explain` says.
@Suite struct ExplainReportTests {
  private static func report(_ change: (inout QueryExplanation) -> Void = { _ in }) -> ExplainReport {
    var explanation = QueryExplanation(
      sql: "SELECT 1", arguments: [], plan: [], indexes: [], documentPaths: [], rows: 0, milliseconds: 0.04)
    change(&explanation)
    return ExplainReport(explanation, type: "node--topic")
  }

  @Test func aQueryOfNothingIsShort() {
    let report = Self.report()
    #expect(
      report.lines == [
        "statement", "  SELECT 1", "arguments", "plan", "indexes used  -", "read out of documents  -", "rows  0",
        "time  0.0 ms",
      ])
    #expect(
      report.json.text()
        == #"{"type":"node--topic","sql":"SELECT 1","arguments":[],"plan":[],"indexes":[],"documentPaths":[],"#
        + #""rows":0,"milliseconds":0.0,"overdue":false}"#)
  }

  @Test func eachPartHasItsPlace() {
    let report = Self.report {
      $0.arguments = [.integer(-1), .real(0.5), .text("it's"), .id(ResourceID(high: 1, low: 2))]
      $0.plan = ["SCAN r", "  SEARCH i"]
      $0.indexes = ["node--topic title", "node--topic body.value"]
      $0.documentPaths = ["node--topic status"]
      ($0.rows, $0.milliseconds) = (50, 12.34)
      $0.overdue = QueryOverdue(limit: .seconds(2))
    }
    #expect(
      report.lines == [
        "statement", "  SELECT 1", "arguments", "  ?1  -1", "  ?2  0.5", "  ?3  'it's'", "  ?4  \(bareID)", "plan",
        "  SCAN r", "    SEARCH i", "indexes used  node--topic title, node--topic body.value",
        "read out of documents  node--topic status", "rows  50",
        "time  12.3 ms, ended at the limit of \(Duration.seconds(2))",
      ])
    #expect(report.json["arguments"]?.text() == #"[-1,"0.5","it's","\#(bareID)"]"#)
    #expect(report.json["milliseconds"]?.double == 12.3 && report.json["overdue"] == true)
  }

  @Test func whatAClientAsksStaysInItsPlace() {
    let report = Self.report { explanation in
      explanation.arguments = (0..<2000).map { .text("\($0)\(wildText)") }
      explanation.plan = [wildText]
    }
    #expect(report.json.isOneSoundLine)
    #expect(report.json["arguments"]?.array?.count == 2000 && report.lines.count == 2009)
  }

  @Test func aMirrorIsAsked() throws {
    let crawled = try CrawledMirror.full()
    let asked = RequestURI(base: "", target: "/jsonapi/node/topic?page[limit]=3")
    let report = try #require(try ExplainReport(of: crawled.mirror, asked))
    #expect(report.type == "node--topic" && report.explanation.rows == 3 && report.explanation.overdue == nil)
    #expect(report.lines.first == "statement" && report.json["rows"] == 3)
    let nowhere = try ExplainReport(of: crawled.mirror, RequestURI(base: "", target: "/jsonapi/node/nothing"))
    #expect(nowhere?.type == nil)
    #expect(throws: QueryParameterError.self) {
      try ExplainReport(of: crawled.mirror, RequestURI(base: "", target: "/jsonapi/node/topic?sort=nothing"))
    }
  }
}
