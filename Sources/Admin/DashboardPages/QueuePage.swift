import Coding
import Reports
import Store

/// The pages of the queue as a whole.
enum QueuePage {
  static let path = "/queue"

  private typealias Column = DashboardTable.Column

  /// All that waits, and before it what the site refused.
  static func list(_ state: QueueState, _ request: DashboardRequest) -> DashboardPage {
    let refused = state.changes.filter { $0.state == .rejected }
    let waiting = state.changes.filter { $0.state != .rejected }
    let here = ListPart(of: path, request, count: max(refused.count, waiting.count))
    let columns = ["Change", "Resource", "State", "Recorded", "Next try", "Last failure"].map { Column($0) }
    let table = DashboardTable(
      "Changes on their way to the site, the oldest first", columns,
      here.part(waiting).map { row($0, state.hold, at: request.now) })
    let none: HTML = "<p>None.</p>\n"
    let refusals = HTML(here.part(refused).map { refusal($0, request) })
    return DashboardPage(
      "Queue",
      """
      \(held(state.hold, at: request.now))<section id="refused" data-refresh><h2>Refused by the site (\(refused.count))</h2>
      \(refused.isEmpty ? none : refusals)</section>
      <section id="waiting" data-refresh><h2>Waiting (\(waiting.count))</h2>
      \(waiting.isEmpty ? none : table.html)</section>
      \(unreadable(state.unreadable, request))\(here.turning)
      """)
  }

  /// That the site takes no writes at all.
  static func held(_ hold: WritesHold?, at now: Int64) -> HTML {
    guard let hold else { return "" }
    return """
      <p class="notice failed">The site takes no writes, first seen \(ShownTime.relative(hold.since, at: now)): \
      \(Pieces.foreign(hold.reason)). Writes are tried again \(due(hold.until, at: now)).</p>

      """
  }

  /// When something is tried again.
  static func due(_ time: Int64, at now: Int64) -> HTML { time > now ? ShownTime.relative(time, at: now) : "now" }

  /// When a change is tried next.
  static func next(_ change: OutboxChange, _ hold: WritesHold?, at now: Int64) -> HTML {
    switch NextTry(change, hold, at: now) {
    case .soon: "with the next push"
    case .at(let time): due(time, at: now)
    case .now: "under way"
    case .never: "not by itself"
    }
  }

  /// The number of a change, which leads to it.
  static func link(_ change: OutboxChange) -> HTML {
    "<a href=\"\(path)/\(change.id)\">\(change.kind.words) \(change.id)</a>"
  }

  /// What a change is about.
  static func resource(_ change: OutboxChange) -> HTML { Pieces.foreign("\(change.type) \(change.uuid)") }

  private static func row(_ change: OutboxChange, _ hold: WritesHold?, at now: Int64) -> [HTML] {
    let failed: HTML = change.attempts > 0 ? " (attempts that failed: \(change.attempts))" : ""
    return [
      link(change), resource(change), "\(change.state.words)\(failed)", ShownTime.relative(change.recorded, at: now),
      next(change, hold, at: now), change.error.map { Pieces.foreign($0) } ?? "–",
    ]
  }

  private static func refusal(_ change: OutboxChange, _ request: DashboardRequest) -> HTML {
    let own = "\(path)/\(change.id)"
    let words = SiteWords(change.errorDocument)
    let reason: HTML = "<p>\(Pieces.foreign(change.error ?? "No reason is known."))</p>\n"
    let said = words.sentences.isEmpty ? reason : words.html
    let isEditable = change.kind == .create || change.kind == .update
    let edit: HTML = isEditable ? "<a href=\"\(own)#edit\">Edit</a>" : ""
    return """
      <article id="change-\(change.id)"><h3>\(link(change)) of \(resource(change))</h3>
      <p class="muted">\(Pieces.foreign(change.author.words)), \(ShownTime.relative(change.recorded, at: request.now))</p>
      \(said)<div class="row">\(request.form("\(own)/retry", Pieces.button("Retry")))\(edit)
      <a href="\(own)#drop">Drop</a></div>
      </article>

      """
  }

  private static func unreadable(_ rows: [UnreadableChange], _ request: DashboardRequest) -> HTML {
    if rows.isEmpty { return "" }
    let items = HTML(
      rows.prefix(ListPart.size).map { row -> HTML in
        let drop = request.form("\(path)/\(row.id)/drop", Pieces.button("Give up change \(row.id)", isRisky: true))
        return "<li>Change \(row.id) is not sent: \(Pieces.foreign(row.reason))\n\(drop)</li>\n"
      })
    return "<section id=\"unreadable\"><h2>Cannot be read (\(rows.count))</h2>\n<ul>\n\(items)</ul></section>\n"
  }

  /// What was dropped: the last that is known of it.
  static func dropped(_ id: Int64, _ changes: [OutboxChange]) -> DashboardPage {
    let each = HTML(changes.prefix(ListPart.size).map { Pieces.verbatim(ReadableJSON.text(ChangeReport($0).json)) })
    let more: HTML = changes.count > ListPart.size ? "<p>And \(changes.count - ListPart.size) more.</p>\n" : ""
    let words: HTML =
      changes.isEmpty
      ? "It could not be read; its row stays in the table <code>outbox</code>."
      : "This is what it was; nothing else of it is kept."
    return DashboardPage(
      "Change \(id) was dropped",
      """
      <p role="status">The local copy shows the resource without it. \(words)</p>
      \(each)\(more)<p><a href="\(path)">To the queue</a></p>
      """)
  }

  /// That there is none of a number.
  static func unknown(_ id: Int64) -> DashboardPage {
    DashboardPage(
      "No such change",
      "<p>There is no change \(id) that can be read. <a href=\"\(path)\">The queue</a> shows all that wait.</p>\n",
      status: 404)
  }

  /// What of the queue needs a look, for the overview.
  static func overview(_ status: OutboxStatus, at now: Int64) -> HTML {
    let (refused, waiting) = (status.changes[.rejected] ?? 0, status.unsettled - status.waitingForPerson)
    let oldest: HTML =
      status.oldest.map { oldest -> HTML in " The oldest is from \(ShownTime.relative(oldest, at: now))." } ?? ""
    return """
      <section id="changes" data-refresh><h2>Local changes</h2>
      <p><a href="\(path)">\(waiting) on their way to the site</a>, <a href="\(path)#refused">\(refused) refused</a>, \
      <a href="\(ConflictPage.path)">\(status.openConflicts) in conflict</a>.\(oldest)</p></section>

      """
  }
}
