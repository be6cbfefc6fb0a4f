import JSONAPI
import Testing

@testable import Reports
@testable import Store
@testable import SyncAgent

/// What `verify` says.
@Suite struct VerifyReportTests {
  private struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private static let volatile = "links, metatag, signed file URLs, revision_timestamp, access and login of users"

  private static func row(_ subject: String, _ reason: String = "odd") -> SetAside {
    SetAside(.row, type: "node--topic", subject: subject, reason: reason, advice: "", at: 0)
  }

  private static func report(_ change: (inout VerificationReport) -> Void) -> VerifyReport {
    var found = VerificationReport()
    (found.types, found.compared, found.requests) = (2, 40, 3)
    change(&found)
    return VerifyReport(found)
  }

  @Test func nothingThatDiffersIsOneLine() {
    let report = Self.report { _ in }
    #expect(
      report.lines == ["40 resources compared in 2 types, 0 differences, 3 requests; not compared: \(Self.volatile)"])
    #expect(report.findings.isEmpty && report.notices.isEmpty && report.summary == report.lines[0])
    #expect(
      report.json.text()
        == #"{"types":2,"compared":40,"requests":3,"unusable":0,"differences":[],"failures":[],"notCompared":[],"#
        + #""volatile":["links","metatag","signed file URLs","revision_timestamp","access and login of users"]}"#)
  }

  @Test func whatDiffersAndWhatIsUnknownIsNamed() {
    let id = ResourceID(high: 1, low: 2)
    let report = Self.report {
      $0.differences = [
        .init(type: "node--topic", uuid: id, kind: .extra, members: []),
        .init(type: "node--topic", uuid: id, kind: .different, members: ["attributes.title", "attributes.body"]),
      ]
      $0.failures = [("user--user", Failure(description: "away"))]
      // Named twice, it is one.
      $0.uncompared = [Self.row("a"), Self.row("a", "odder"), Self.row("b")]
      $0.unusable = 1
    }
    #expect(
      report.findings == [
        "extra  node--topic  \(bareID)", "different  node--topic  \(bareID)  attributes.title, attributes.body",
      ])
    #expect(
      report.notices == [
        "user--user: away", "not compared: row node--topic a: odd", "not compared: row node--topic b: odd",
      ])
    #expect(
      report.summary
        == "40 resources compared in 2 types, 2 differences, 1 types could not be read, 2 resources could not be compared, "
        + "3 requests; not compared: \(Self.volatile), 1 resources that cannot be used (`status` names them)")
    #expect(report.lines == report.findings + [report.summary])
    #expect(
      report.json["differences"]?[1]?.text()
        == #"{"type":"node--topic","id":"\#(bareID)","kind":"different","#
        + #""members":["attributes.title","attributes.body"]}"#)
    #expect(report.json["failures"]?.text() == #"[{"type":"user--user","error":"away"}]"#)
    #expect(report.json["notCompared"]?[0]?.text() == #"{"type":"node--topic","subject":"a","reason":"odd"}"#)
    #expect(report.json["notCompared"]?.array?.count == 2)
  }

  @Test func whatASiteSaysStaysInItsPlace() {
    let report = Self.report {
      $0.differences = [
        .init(type: wildText, uuid: ResourceID(high: 1, low: 2), kind: .different, members: [wildText])
      ]
      $0.failures = [(wildText, Failure(description: wildText))]
      $0.uncompared = [Self.row(wildText, wildText)]
    }
    #expect(report.json.isOneSoundLine && report.findings.count == 1 && report.notices.count == 2)
    #expect(report.json["failures"]?[0]?["error"] == .string(wildText))
  }

  @Test func aLongListIsWhole() {
    let report = Self.report { found in
      found.differences = (0..<3000).map { number in
        .init(type: "node--topic", uuid: ResourceID(high: 1, low: UInt64(number)), kind: .missing, members: [])
      }
    }
    #expect(report.lines.count == 3001 && report.findings.count == 3000)
    #expect(report.json["differences"]?.array?.count == 3000)
  }
}
