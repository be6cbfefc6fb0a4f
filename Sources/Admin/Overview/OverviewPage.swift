import Coding
import Control
import Reports
import Store

/// The content of the overview page, made of what was gathered.
struct OverviewPage: Sendable {
  let report: StatusReport
  let rounds: RoundTimes
  let history: MirrorHistory
  let course: RoundCourse
  let readySeconds: Int
  /// Who asks, and when.
  let request: DashboardRequest

  /// So many of the things set aside, and of the types that failed, are named; of the others the number is.
  static let mostNamed = 50

  var now: Int64 { request.now }

  /// - Parameter others: sections of other parts.
  func body(with others: HTML) -> HTML {
    HTML([summary, waiting, roundsAndActions, others, charts, types, setAside])
  }

  private var summary: HTML {
    let readiness = Readiness(rounds, within: readySeconds, at: now)
    let outbox = report.outbox
    return """
      <section id="summary" data-refresh aria-labelledby="summary-title">
      <h2 id="summary-title">State</h2>
      <p class="\(readiness.isReady ? "good" : "bad")">\(readiness.isReady ? "✓" : "✕") \(readiness.reason)</p>
      <dl class="figures">
      \(figure("Resources", "\(report.resources)"))\
      \(figure("Behind the site", HTML.text(report.lag.map(ShownTime.span) ?? "–"), isBad: report.lag ?? 0 > Int64(readySeconds)))\
      \(figure("Last complete round", ShownTime.relative(rounds.lastComplete, at: now)))\
      \(figure("Changes on their way", "\(outbox.unsettled - outbox.waitingForPerson)"))\
      \(figure("Conflicts", "\(outbox.openConflicts)", isBad: outbox.openConflicts > 0))\
      \(figure("Refused changes", "\(outbox.changes[.rejected] ?? 0)", isBad: outbox.changes[.rejected] ?? 0 > 0))\
      \(figure("Held removals", "\(report.heldRemovals)", isBad: report.heldRemovals > 0))\
      \(figure("Set aside", "\(report.setAside.count)", isBad: !report.setAside.isEmpty))\
      </dl>
      <p class="muted">As of <time>\(RFC3339.text(unixSeconds: now))</time> · site <bdi>\(report.status.site ?? "never reached")</bdi> ·
      file \(report.status.bytes / 1_048_576) MiB</p>
      </section>

      """
  }

  private func figure(_ label: String, _ value: HTML, isBad: Bool = false) -> HTML {
    let mark: HTML = isBad ? " class=\"bad\"" : ""
    return "<div\(mark)><dt>\(label)</dt><dd>\(value)</dd></div>\n"
  }

  /// What waits for a person who can do it here: removals that were held.
  private var waiting: HTML {
    let held = report.status.types.filter { $0.held > 0 }
    if held.isEmpty { return "" }
    let items = held.map { type -> HTML in
      let field: HTML = "<input type=\"hidden\" name=\"type\" value=\"\(type.type)\">"
      let button = RoundAction.accept.button(
        "Let \(type.held) removals of \(type.type) go on", "risky", request, fields: field)
      return """
        <li><b><bdi>\(type.type)</bdi></b>: \(type.held) resources of \(type.rows) are gone from the site, more than
        <code>sync.maxRemovalShare</code> lets go at once. They stay here until somebody says that this is right.
        <details><summary>Let them go on</summary>
        <p>The next sweep removes them here, as the site has done. Look at the site first: an account that lost its rights looks the
        same.</p>
        \(button)</details></li>

        """
    }
    return """
      <section id="waiting" data-refresh aria-labelledby="waiting-title">
      <h2 id="waiting-title">Waits for you</h2>
      <ul>
      \(HTML(items))</ul>
      </section>

      """
  }

  /// What cannot be used, why, and what a person can do.
  private var setAside: HTML {
    let rows = report.setAside.prefix(OverviewPage.mostNamed).map { thing -> [HTML] in
      [
        HTML.text(thing.subject.isEmpty ? thing.type : thing.subject), HTML.text(thing.kind.rawValue),
        HTML.text(thing.type), HTML.text(thing.reason), HTML.text(thing.advice.isEmpty ? "–" : thing.advice),
        ShownTime.relative(thing.since, at: now),
      ]
    }
    let table = DashboardTable(
      "What could not be used; all else goes on without it.",
      [.init("What"), .init("Kind"), .init("Type"), .init("Why"), .init("What can be done"), .init("Since")], rows)
    let more = report.setAside.count - rows.count
    let rest: HTML = more > 0 ? "<p>And \(more) more: <code>social-mirror status --json</code></p>" : ""
    let none: HTML = "<p>Nothing is set aside.</p>"
    return """
      <section id="set-aside" data-refresh aria-labelledby="set-aside-title">
      <h2 id="set-aside-title">Set aside</h2>
      \(rows.isEmpty ? none : table.html)\(rest)
      </section>

      """
  }
}
