import Foundation
import JSONAPI
import Support
import Testing

@testable import Reports
@testable import Store

/// What `check` says.
@Suite struct CheckReportTests {
  private static let held = InvariantResult(name: "all is well", violations: 0)
  private static let broken = InvariantResult(name: "no two are one", violations: 2, example: "1, 2")
  /// Of a file that is not there nothing can be read.
  private static let damage = Damage(path: "/nowhere/mirror.sqlite", fault: wildText)
  private static let next =
    "next: social-mirror sync --full fetches what is missing or damaged; so does the daemon, what is missing within the hour"

  struct Case: Sendable {
    var report: CheckReport
    var lines: [String]
    var findings: [String]
    var isSound = false
  }

  static let cases: [Case] = [
    Case(report: CheckReport([]), lines: [], findings: [], isSound: true),
    Case(report: CheckReport([held]), lines: ["ok        all is well"], findings: [], isSound: true),
    Case(
      report: CheckReport([held, broken]),
      lines: ["ok        all is well", "VIOLATED  no two are one  (2, such as 1, 2)"],
      findings: ["VIOLATED  no two are one  (2, such as 1, 2)"]),
    Case(
      report: CheckReport([InvariantResult(name: "files", violations: 1)], hasLostContents: true),
      lines: ["VIOLATED  files", next], findings: ["VIOLATED  files", next]),
    Case(
      report: CheckReport([held], damage: damage),
      lines: ["ok        all is well", "DAMAGED   /nowhere/mirror.sqlite: \(wildText)"]
        + damage.advice.map { "next: \($0)" },
      findings: ["DAMAGED   /nowhere/mirror.sqlite: \(wildText)"] + damage.advice.map { "next: \($0)" }),
  ]

  @Test(arguments: cases.indices) func eachFindingHasItsLine(_ number: Int) {
    let shown = Self.cases[number]
    #expect(shown.report.lines == shown.lines)
    #expect(shown.report.findings == shown.findings)
    #expect(shown.report.isSound == shown.isSound)
    #expect(shown.report.json.isOneSoundLine && shown.report.json.object?.names == ["invariants", "damage"])
  }

  @Test func programsGetEverything() {
    let report = CheckReport([Self.held, Self.broken], damage: Self.damage)
    #expect(
      report.json["invariants"]?.text()
        == #"[{"invariant":"all is well","violations":0,"example":null},"#
        + #"{"invariant":"no two are one","violations":2,"example":"1, 2"}]"#)
    let damage = report.json["damage"]
    #expect(damage?.object?.names == ["path", "fault", "tables", "advice"])
    #expect(damage?["fault"] == .string(wildText) && damage?["tables"] == .array([]))
    #expect(damage?["advice"]?.array?.compactMap(\.string) == Self.damage.advice)
    #expect(CheckReport([]).json["damage"]?.isNull == true)
  }

  @Test func aLongListIsWhole() {
    let report = CheckReport((0..<3000).map { InvariantResult(name: "number \($0)", violations: $0 % 2) })
    #expect(report.lines.count == 3000 && report.findings.count == 1500)
    #expect(report.json["invariants"]?.array?.count == 3000)
  }

  @Test func aMirrorIsLookedAt() throws {
    let crawled = try CrawledMirror()
    let path = crawled.folder.appending(path: "mirror.sqlite").path
    let contents = crawled.folder.appending(path: "files").path
    let sound = try CheckReport(ofMirrorAt: path, contents: contents, isDeep: true)
    #expect(sound.isSound && sound.findings.isEmpty && sound.lines.allSatisfy { $0.hasPrefix("ok        ") })
    #expect(throws: MirrorUnusable.self) {
      try CheckReport(ofMirrorAt: path + ".not-there", contents: contents, isDeep: false)
    }
  }
}
