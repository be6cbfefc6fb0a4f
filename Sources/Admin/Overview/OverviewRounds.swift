import Coding
import Control
import Reports
import Store

/// Where the rounds stand: the newest one, what failed in it, when it is tried next, and what can be asked for.
extension OverviewPage {
  var roundsAndActions: HTML {
    """
    <section id="rounds" data-refresh aria-labelledby="rounds-title">
    <h2 id="rounds-title">Rounds</h2>
    <p>\(standing)</p>
    \(newest)\(failures)<div class="row">
    \(RoundAction.begin.button("Start a round", "", request))\(RoundAction.sweep.button("Sweep everything", "plain", request))\
    \(RoundAction.full.button("Read everything again", "plain", request))</div>
    <details><summary>What these do</summary>
    <p>A round reads what is new on the site. A sweep finds what was deleted or hidden there, and asks the site for every resource's id. To
    read everything again costs as many requests as the first time.</p></details>
    </section>

    """
  }

  /// What goes on now, and what comes.
  private var standing: HTML {
    let present: HTML =
      switch course.state {
      case .underWay(let since, let with): "<b>Under way</b>: <bdi>\(with)</bdi>, begun \(relative(since))."
      case .idle(let since?): "<b>Idle</b>: the last round ended \(relative(since))."
      case .idle(nil): "<b>Idle</b>: no round was made since the daemon started."
      }
    let next: HTML = course.nextDueAt.map { due -> HTML in " The next one is due \(relative(due))." } ?? ""
    let waiting: HTML =
      course.waiting > 0 ? " \(course.waiting) \(course.waiting == 1 ? "wish waits" : "wishes wait")." : ""
    return HTML([present, next, waiting])
  }

  /// How the newest round of the ledger went.
  private var newest: HTML {
    guard let run = report.lastRound else { return "<p>No round was made yet.</p>\n" }
    guard let finished = run.finished else {
      return "<p>The newest round, number \(run.id), began \(relative(run.started)) and has not ended.</p>\n"
    }
    let outcome = run.outcome ?? ""
    let look: HTML = outcome == RunOutcome.complete.rawValue ? "good" : "bad"
    let took = ShownTime.span(finished.subtractingClamped(run.started))
    let why = run.message.map { message -> HTML in "<p class=\"bad\"><bdi>\(message)</bdi></p>\n" } ?? ""
    let unread = report.status.unreadSince.map { since -> HTML in
      "<p class=\"bad\">Nothing could be read since \(relative(since)). <code>social-mirror doctor</code> finds out why.</p>\n"
    }
    return """
      <p>The newest round, number \(run.id): <span class="\(look)">\(outcome)</span>, ended \(relative(finished)), took \(took).</p>
      \(why)\(unread ?? "")
      """
  }

  /// The types whose last reading failed, and when they are read again.
  private var failures: HTML {
    let failed = report.status.types.filter { $0.coverage?.outcome == RunOutcome.failed.rawValue }.map(\.type)
    if failed.isEmpty { return "" }
    let named = failed.prefix(OverviewPage.mostNamed).map { name -> HTML in "<li><bdi>\(name)</bdi></li>\n" }
    let more = failed.count - named.count
    let rest: HTML = more > 0 ? "<li>and \(more) more</li>\n" : ""
    let next: HTML =
      switch (course.state, course.nextDueAt) {
      case (_, let due?): "They are read again \(relative(due))."
      case (.underWay, nil): "They are read again in the round under way, or the one after it."
      case (.idle, nil): "They are not read again before the daemon is restarted."
      }
    return """
      <p class="bad">The last reading of these failed. \(next)</p>
      <ul>
      \(HTML(named))\(rest)</ul>

      """
  }

  private func relative(_ time: Int64) -> HTML { ShownTime.relative(time, at: now) }
}
