import JSONAPI
import Support
import Testing

@testable import Reports
@testable import Store

/// What `status` says.
@Suite struct StatusReportTests {
  private static let topic: MirrorStatus.TypeStatus = {
    var type = bareType()
    type.rows = 3
    type.newestChange = newYear
    type.knownUntil = newYear
    type.coverage = MirrorStatus.Coverage(
      run: 5, requests: 2, pages: 1, seen: 5, stored: 3, omitted: 2, outcome: "complete")
    return type
  }()

  private static func report(
    _ status: MirrorStatus, _ change: (inout StatusReport) -> Void = { _ in }
  ) -> StatusReport {
    var report = StatusReport(status, outbox: OutboxStatus(), now: newYear + 60)
    change(&report)
    return report
  }

  @Test func nothingIsKnownOfANewMirror() {
    let report = Self.report(status())
    #expect(
      report.lines == [
        "site  (never reached)", "type      rows  newest change              lag  last run", "0 resources, 4 KB",
        "swept: 0 of 0 types", "tombstones: 0 deleted, 0 hidden, 0 unpublished",
      ])
    let json = report.json
    #expect(
      json.object?.names == [
        "site", "bytes", "lastComplete", "unreadSince", "types", "runs", "indexes", "queue", "setAside",
        "signIns", "webhooks", "log",
      ])
    for name in ["site", "lastComplete", "unreadSince"] { #expect(json[name]?.isNull == true, "\(name)") }
    #expect(
      json["queue"]?.text()
        == #"{"queued":0,"sending":0,"uncertain":0,"conflict":0,"rejected":0,"openConflicts":0,"oldest":null,"lastError":null}"#
    )
    #expect(report.lag == nil && report.oldestSweep == nil && report.secondsSinceComplete == nil)
    #expect(report.resources == 0 && !report.needsPerson && !report.isSiteReached && report.oldestWait == nil)
  }

  /// What was never seen has no time: neither the beginning of all times nor any other.
  @Test func whatHasNoTimeShowsNone() {
    let run = MirrorStatus.Run(id: 1, kind: "pull", started: newYear)
    let report = Self.report(status([bareType()], runs: [run]))
    #expect(!report.lines.contains { $0.contains("1970") } && !report.json.text().contains("1970"))
    #expect(report.lines[2].hasPrefix("node--topic         0  -  "))
    for name in ["newestChange", "knownUntil", "lagSeconds", "lastSweep", "coverage", "filters"] {
      #expect(report.json["types"]?[0]?[name]?.isNull == true, "\(name)")
    }
    #expect(report.json["runs"]?[0]?["finished"]?.isNull == true)
    #expect(report.unreadTypes == 1)
  }

  @Test func aTypeIsOneLine() {
    let report = Self.report(status([Self.topic, bareType("user--user")]))
    let gap = String(repeating: " ", count: 13)
    #expect(
      Array(report.lines[1...3]) == [
        "type\(gap)rows  newest change              lag  last run",
        "node--topic         3  \(newYearText)   60 s  complete (2 omitted)",
        "user--user          0  -                              -  -",
      ])
    #expect(report.lag == 60 && report.unreadTypes == 1 && report.resources == 3)
    #expect(
      report.json["types"]?[0]?["coverage"]?.text()
        == #"{"run":5,"requests":2,"pages":1,"seen":5,"stored":3,"omitted":2,"outcome":"complete"}"#)
  }

  struct Part: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout StatusReport) -> Void
    var lines: [String]

    init(_ name: String, _ lines: [String], _ change: @escaping @Sendable (inout StatusReport) -> Void) {
      testDescription = name
      self.lines = lines
      self.change = change
    }
  }

  static let parts: [Part] = [
    Part("a sweep that lists", ["sweep of node--topic: listed up to serial number 9 of 0"]) {
      $0.status.types[0].isSweeping = true
      $0.status.types[0].sweptUpTo = 9
    },
    Part("a sweep that asks", ["sweep of node--topic: listed, 4 resources to ask for"]) {
      $0.status.types[0].isSweeping = true
      $0.status.types[0].isListed = true
      $0.status.types[0].candidates = 4
    },
    Part("a sweep that is over", ["swept: 1 of 1 types, the oldest \(newYearText)"]) {
      $0.status.types[0].lastSweep = newYear
    },
    Part("tombstones", ["tombstones: 1 deleted, 0 hidden, 2 unpublished"]) {
      $0.status.types[0].tombstones = [.deleted: 1, .unpublished: 2]
    },
    Part("filters that are refused", ["filters refused, read by walking: node--topic"]) {
      $0.status.types[0].filters = .refused
    },
    Part(
      "removals that wait",
      ["node--topic: 50 removals wait: social-mirror sync --accept-removals node--topic"]
    ) { $0.status.types[0].held = 50 },
    Part("local changes", ["local changes: 2 queued, 1 conflict", "last failure of a change: no"]) {
      $0.outbox = OutboxStatus(changes: [.queued: 2, .conflict: 1], openConflicts: 1, oldest: newYear, lastError: "no")
    },
    Part("a round that failed", ["the last round failed at \(newYearText): away"]) {
      $0.status.runs = [.init(id: 2, kind: "pull", started: newYear, outcome: "failed", message: "away")]
    },
    Part("a round that was stopped", ["the last round was interrupted at \(newYearText): stopped"]) {
      $0.status.runs = [
        .init(id: 2, kind: "pull", started: 0, finished: newYear, outcome: "interrupted", message: "stopped")
      ]
    },
    Part("a site that is away", ["nothing could be read since \(newYearText); no round was complete yet"]) {
      $0.status.unreadSince = newYear
    },
    Part(
      "a site that was there",
      ["nothing could be read since \(newYearText); the last complete round ended at \(newYearText)"]
    ) {
      $0.status.unreadSince = newYear
      $0.status.lastComplete = .init(id: 1, kind: "pull", started: newYear, outcome: "complete")
    },
  ]

  @Test(arguments: parts) func eachThingHasItsLine(part: Part) {
    let report = Self.report(status([Self.topic]), part.change)
    for line in part.lines { #expect(report.lines.contains(line), "\(report.lines)") }
    let usual = Self.report(status([Self.topic]))
    #expect(report.lines != usual.lines && report.json != usual.json)
    #expect(report.findings == report.lines && report.notices.isEmpty)
  }

  /// Of a long list the text names twenty, and says how many more there are; programs get all.
  @Test(arguments: [0, 1, 20, 21, 3000]) func longListsAreCut(count: Int) {
    let things = (0..<count).map { number in
      SetAside(.row, type: "node--topic", subject: "\(number)", reason: "odd", advice: "", at: newYear)
    }
    let report = Self.report(status()) { $0.setAside = things }
    let named = report.lines.filter { $0.hasPrefix("  row ") }
    #expect(named.count == min(count, 20))
    #expect(report.lines.contains("set aside: \(count)") == (count > 0))
    #expect(report.lines.contains("  and \(count - 20) more: social-mirror status --json") == (count > 20))
    if count > 0 { #expect(named[0] == "  row node--topic 0: odd (since \(newYearText))") }
    #expect(report.json["setAside"]?.array?.count == count)
    #expect(report.setAsideByKind == (count > 0 ? [.row: count] : [:]))
  }

  @Test func whatASiteSaysStaysInItsPlace() {
    let report = Self.report(status([bareType(wildText)])) { report in
      report.status.site = wildText
      report.status.runs = [.init(id: 2, kind: "pull", started: newYear, outcome: "failed", message: wildText)]
      report.outbox = OutboxStatus(changes: [.rejected: 1], lastError: wildText)
      report.setAside = [SetAside(.type, subject: wildText, reason: wildText, advice: wildText, at: newYear)]
      report.indexes = [
        PathIndexRow(
          type: wildText, path: wildText, rows: 1, reason: wildText, created: newYear, state: "complete")
      ]
    }
    #expect(report.json.isOneSoundLine)
    #expect(report.json["runs"]?[0]?["message"] == .string(wildText))
    #expect(report.json["queue"]?["lastError"] == .string(wildText))
    #expect(report.lines.count == 11, "\(report.lines)")
  }

  /// A file may hold any number.
  @Test(arguments: [Int64.min, -1, 0, .max]) func noNumberIsTooOdd(number: Int64) {
    var type = Self.topic
    (type.rows, type.newestChange, type.knownUntil, type.lastSweep) = (number, number, number, number)
    (type.held, type.tombstones) = (number, [.hidden: number])
    let run = MirrorStatus.Run(id: number, kind: "pull", started: number, finished: number, outcome: "failed")
    var state = status([type, type], runs: [run])
    (state.lastComplete, state.unreadSince) = (run, number)
    let report = Self.report(state) { $0.outbox = OutboxStatus(changes: [.queued: number], oldest: number) }
    #expect(report.lines.count >= 5 && report.json.isOneSoundLine)
    #expect((report.lag ?? -1) >= 0 && (report.oldestWait ?? -1) >= 0 && (report.secondsSinceComplete ?? -1) >= 0)
    _ = (report.resources, report.heldRemovals, report.tombstones, report.needsPerson)
  }

  @Test func aMirrorIsRead() throws {
    let crawled = try CrawledMirror.full()
    let now = CrawledMirror.knownUntil + 60
    let report = try StatusReport(of: crawled.mirror, withIndexes: true, at: now)
    #expect(report.lag == 60 && report.resources > 1000 && report.unreadTypes == 0)
    #expect(report.lines.contains { $0.hasPrefix("node--topic ") })
    #expect(report.json["types"]?.array?.count == report.status.types.count)
  }
}
