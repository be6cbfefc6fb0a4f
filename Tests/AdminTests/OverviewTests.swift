import HTTPTypes
import Coding
import Control
import Foundation
import Reports
import Testing

@testable import Admin
@testable import Store

/// What the overview page says, and what it makes of numbers.
@Suite struct OverviewTests {
  private static let now: Int64 = 1_795_400_000

  private static func type(_ name: String, _ change: (inout MirrorStatus.TypeStatus) -> Void = { _ in })
    -> MirrorStatus.TypeStatus
  {
    var type = MirrorStatus.TypeStatus(
      type: name, rows: 3, isSweeping: false, sweptUpTo: 0, isListed: false, candidates: 0, held: 0, tombstones: [:])
    change(&type)
    return type
  }

  private static func body(
    _ types: [MirrorStatus.TypeStatus], setAside: [SetAside] = [], runs: [MirrorStatus.Run] = [], site: String? = nil,
    course: RoundCourse = RoundCourse(.idle(since: nil)), history: MirrorHistory = MirrorHistory(rounds: [], hours: [])
  ) -> String {
    var status = MirrorStatus(types: types, runs: runs, bytes: 4_096)
    status.site = site
    let report = StatusReport(status, outbox: OutboxStatus(), setAside: setAside, now: now)
    let request = DashboardRequest(
      AdminRequest(method: .get, path: "/"), by: .local, at: now, seal: { "seal of \($0)" })
    return OverviewPage(
      report: report, rounds: RoundTimes(), history: history, course: course, readySeconds: 900, request: request
    ).body(with: "").text
  }

  @Test func whatWaitsForAPersonHasAButton() {
    let body = Self.body([Self.type("node--topic") { $0.held = 12 }, Self.type("node--event")])
    #expect(body.contains("<form method=\"post\" action=\"/rounds/accept\">"))
    #expect(body.contains("name=\"seal\" value=\"seal of /rounds/accept\""))
    #expect(
      body.contains("name=\"type\" value=\"node--topic\"") && !body.contains("name=\"type\" value=\"node--event\""))
    #expect(!Self.body([Self.type("node--event")]).contains("/rounds/accept"))
  }

  @Test func removalsAreAcceptedOfTypesThatThereAre() {
    let known: Set = ["node--topic", "node--event"]
    #expect(RoundAction.accept.wish(types: ["node--topic"], known: known) == .accepting(removalsOf: ["node--topic"]))
    #expect(RoundAction.accept.wish(types: [], known: known) == nil)
    #expect(RoundAction.accept.wish(types: ["node--topic", "x"], known: known) == nil)
    #expect(RoundAction.begin.wish(types: ["x"], known: known) == .round)
  }

  @Test func aFailureSaysWhenItIsTriedNext() {
    let failed = Self.type("node--topic") {
      $0.coverage = MirrorStatus.Coverage(
        run: 5, requests: 2, pages: 1, seen: 5, stored: 3, omitted: 2, outcome: "failed")
    }
    let run = MirrorStatus.Run(
      id: 5, kind: "pull", started: Self.now - 90, finished: Self.now - 60, outcome: "failed", message: "answer 500")
    let body = Self.body(
      [failed], runs: [run], course: RoundCourse(.idle(since: Self.now - 60), nextDueAt: Self.now + 240))
    for part in [
      "They are read again <time", ">in 4 min</time>", "<bdi>answer 500</bdi>", "took 30 s", "5 seen, 3 new or changed",
      "2 left out by the site",
    ] { #expect(body.contains(part), "\(part)") }
    let under = Self.body(
      [failed], runs: [run], course: RoundCourse(.underWay(since: Self.now - 5, with: "a <full> round"), waiting: 1))
    for part in ["a &lt;full&gt; round", "begun <time", "1 wish waits", "in the round under way, or the one after it"] {
      #expect(under.contains(part), "\(part)")
    }
  }

  /// Whatever a site calls its things, no tag and no attribute comes of it.
  @Test func hostileNamesStayText() {
    let name = "node--\"><img src=x onerror=alert(1)>'&\u{202E}"
    let thing = SetAside(.row, type: name, subject: name, reason: name, advice: name, at: Self.now - 5)
    let run = MirrorStatus.Run(
      id: 5, kind: "pull", started: 1, finished: 2, outcome: name, message: "</p><script>alert(1)</script>")
    let body = Self.body(
      [
        Self.type(name) {
          $0.held = .max; $0.rows = .max; $0.sweptUpTo = .max; $0.isSweeping = true
        }
      ], setAside: [thing],
      runs: [run], site: name, course: RoundCourse(.underWay(since: .min, with: name)))
    #expect(!body.contains("<img") && !body.contains("<script"))
    #expect(body.contains("node--&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#039;&amp;"))
    let tags = Set(body.matches(of: /<([A-Za-z][A-Za-z0-9]*)/).map { String($0.1) })
    let known: Set = [
      "section", "h2", "p", "dl", "div", "dt", "dd", "time", "bdi", "ul", "li", "b", "code", "details", "summary",
      "form",
      "input", "button", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "figure", "figcaption", "svg",
      "path", "g", "title", "rect",
    ]
    #expect(tags.subtracting(known).isEmpty)
  }

  @Test func longListsAreCut() {
    let things = (0..<500).map { number in
      SetAside(.row, type: "node--topic", subject: "\(number)", reason: "r", advice: "", at: Self.now)
    }
    let body = Self.body([], setAside: things)
    #expect(body.contains("And 450 more") && body.count < 60_000)
  }

  @Test func lagIsReadOutOfTheLedger() throws {
    let rounds = [(0, 10), (60, 70), (120, 130)].map {
      MirrorHistory.Round(started: Self.now - 190 + $0.0, finished: Self.now - 190 + $0.1)
    }
    let course = try #require(LagCourse(rounds, stretches: 3, at: Self.now))
    #expect(course.start == Self.now - 180 && course.span == 180 && course.lags == [70, 70, 70] && course.most == 70)
    #expect(LagPath.text(course) == "M0 1H10V1H20V1H30")
    let away = try #require(LagCourse(Array(rounds.prefix(1)), stretches: 2, at: Self.now + 1_000))
    #expect(away.lags == [600, 1_190])
    #expect(LagCourse([], at: Self.now) == nil)
    #expect(LagCourse(rounds, at: Self.now - 185) == nil, "the clock was set back")
    let extreme = MirrorHistory.Round(started: .min, finished: .min)
    #expect(LagCourse([extreme, .init(started: .max, finished: .max)], at: Self.now)?.lags.count == 96)
  }

  /// Its chart has more stretches than it is seconds old.
  @Test(arguments: [1, 34, 97, 150] as [Int64]) func theCourseOfAYoungMirrorHasNoGaps(age: Int64) throws {
    let first = MirrorHistory.Round(started: Self.now - age - 1, finished: Self.now - age)
    let course = try #require(LagCourse([first], at: Self.now))
    #expect(course.lags.count == 96 && course.lags.allSatisfy { $0 != nil } && course.most == age + 1)
  }

  @Test func chartsTellTheirNumbersInWords() {
    let hours = (0..<3).map {
      MirrorHistory.Hour(start: Self.now / 3_600 * 3_600 + $0 * 3_600, changed: $0 * 4, removed: 1)
    }
    let body = Self.body([], history: MirrorHistory(rounds: [], hours: hours))
    #expect(body.contains("aria-label=\"12 resources changed and 3 removed in the last 3 hours, at most 9 in one.\""))
    #expect(body.contains("8 changed, 1 removed</title>") && body.contains("No round was good yet."))
    #expect(
      !Self.body([], history: MirrorHistory(rounds: [], hours: [.init(start: 0, changed: .max, removed: .max)])).isEmpty
    )
  }

  @Test(
    arguments: [
      (-5, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (3_600, "1 h"), (11_100, "3 h 5 min"),
      (86_400, "1 d"), (.max, "106751991167300 d"),
    ] as [(Int64, String)])
  func spansAreShort(seconds: Int64, text: String) { #expect(ShownTime.span(seconds) == text) }

  /// WCAG 2.2, 1.4.3 and 1.4.11: of each pair of colours that stand on one another, light and dark.
  @Test func coloursHaveContrast() throws {
    let blocks = DashboardStyle.text.components(separatedBy: "prefers-color-scheme: dark")
    let texts = [
      ("ink", "sheet"), ("ink", "back"), ("soft", "sheet"), ("soft", "back"), ("accent", "sheet"), ("accent", "back"),
      ("on-accent", "accent"), ("good", "sheet"), ("good", "back"), ("bad", "sheet"), ("bad", "back"),
      ("ink", "bad-back"), ("ink", "good-back"), ("ink", "mark-old"), ("ink", "mark-new"),
    ]
    for (block, name) in zip(blocks, ["light", "dark"]) {
      var colours: [String: Double] = [:]
      for match in block.matches(of: /--([a-z-]+): #([0-9a-f]{6})/) where colours[String(match.1)] == nil {
        colours[String(match.1)] = Self.luminance(String(match.2))
      }
      func contrast(_ one: String, _ other: String) throws -> Double {
        let (first, second) = (try #require(colours[one]), try #require(colours[other]))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
      }
      for (one, other) in texts { #expect(try contrast(one, other) >= 4.5, "\(name): \(one) on \(other)") }
      for ground in ["sheet", "back"] { #expect(try contrast("edge", ground) >= 3, "\(name): edge on \(ground)") }
    }
  }

  private static func luminance(_ colour: String) -> Double {
    let number = Int(colour, radix: 16) ?? 0
    let parts = [number >> 16, number >> 8 & 255, number & 255].map { part -> Double in
      let share = Double(part) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
}
