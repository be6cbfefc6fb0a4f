import Coding
import Reports
import Store

/// The pages of the queue as a whole.
enum QueuePage {
  static let path = "/queue"
  /// So many changes stand on one page.
  static let pageSize = 100

  /// All that waits, and before it what the site refused.
  /// - Parameters:
  ///   - page: from 1; what is no page is the nearest one.
  ///   - form: makes a form that is sent to a path.
  static func list(
    _ state: QueueState, page: Int, _ time: TimeWords, _ form: (String, HTML) -> HTML
  ) -> DashboardPage {
    let refused = state.changes.filter { $0.state == .rejected }
    let waiting = state.changes.filter { $0.state != .rejected }
    let pages = max(1, (max(refused.count, waiting.count) + pageSize - 1) / pageSize)
    let page = min(max(1, page), pages)
    func part(_ changes: [OutboxChange]) -> ArraySlice<OutboxChange> {
      changes.dropFirst((page - 1) * pageSize).prefix(pageSize)
    }
    let refusals = HTML(part(refused).map { refusal($0, time, form) })
    let none: HTML = "<p>None.</p>\n"
    let rows = part(waiting).map { row($0, state.hold, time) }
    let table = Pieces.table("Waiting changes", ["Change", "Of", "State", "Recorded", "Next try", "Last failure"], rows)
    return DashboardPage(
      "Queue",
      """
      \(held(state.hold, time))<section id="refused"><h2>Refused by the site (\(refused.count))</h2>
      \(refused.isEmpty ? none : refusals)</section>
      <section id="waiting" data-refresh><h2>Waiting (\(waiting.count))</h2>
      \(waiting.isEmpty ? none : table)</section>
      \(unreadable(state.unreadable, form))\(turning(page, of: pages))
      """)
  }

  /// That the site takes no writes at all.
  static func held(_ hold: WritesHold?, _ time: TimeWords) -> HTML {
    guard let hold else { return "" }
    return """
      <p class="notice failed">The site takes no writes, since \(time.ago(hold.since)): \(Pieces.foreign(hold.reason)). \
      It is tried again \(time.due(hold.until)).</p>

      """
  }

  /// When a change is tried next, in a cell.
  static func next(_ change: OutboxChange, _ hold: WritesHold?, _ time: TimeWords) -> HTML {
    switch NextTry(change, hold, at: time.now) {
    case .soon: "with the next push"
    case .at(let due): time.due(due)
    case .now: "under way"
    case .never: "not by itself"
    }
  }

  /// The number of a change, which leads to it.
  static func link(_ change: OutboxChange) -> HTML {
    "<a href=\"\(path)/\(change.id)\">\(change.id)</a> \(change.kind.words)"
  }

  private static func row(_ change: OutboxChange, _ hold: WritesHold?, _ time: TimeWords) -> [HTML] {
    let failures: HTML = change.attempts > 0 ? " (\(change.attempts) failed)" : ""
    let error = change.error.map { Pieces.foreign($0) } ?? ""
    return [
      link(change), Pieces.foreign("\(change.type) \(change.uuid)"), "\(change.state.words)\(failures)",
      time.ago(change.recorded), next(change, hold, time), error,
    ]
  }

  private static func refusal(_ change: OutboxChange, _ time: TimeWords, _ form: (String, HTML) -> HTML) -> HTML {
    let own = "\(path)/\(change.id)"
    let words = SiteWords(change.errorDocument)
    let said: HTML = words.sentences.isEmpty ? "<p>\(Pieces.foreign(change.error ?? "No reason is known."))</p>\n" : words.html
    let isEditable = change.kind == .create || change.kind == .update
    let edit: HTML = isEditable ? "<a class=\"button\" href=\"\(own)#edit\">Edit</a>" : ""
    return """
      <article class="card"><h3>\(link(change)) of \(Pieces.foreign("\(change.type) \(change.uuid)"))</h3>
      <p>\(Pieces.foreign(change.author.words)), \(time.ago(change.recorded))</p>
      \(said)<div class="actions">\(form("\(own)/retry", Pieces.button("Retry")))\(edit)
      <a class="button" href="\(own)#drop">Drop</a></div>
      </article>

      """
  }

  private static func unreadable(_ rows: [UnreadableChange], _ form: (String, HTML) -> HTML) -> HTML {
    if rows.isEmpty { return "" }
    let items = HTML(
      rows.prefix(pageSize).map { row -> HTML in
        let drop = form("\(path)/\(row.id)/drop", Pieces.button("Give up change \(row.id)", isDangerous: true))
        return "<li>change \(row.id) cannot be read: \(Pieces.foreign(row.reason))\(drop)</li>\n"
      })
    return "<section id=\"unreadable\"><h2>Cannot be read (\(rows.count))</h2>\n<ul>\n\(items)</ul></section>\n"
  }

  private static func turning(_ page: Int, of pages: Int) -> HTML {
    if pages == 1 { return "" }
    let before: HTML = page > 1 ? "<a href=\"\(path)?page=\(page - 1)\" rel=\"prev\">Before</a> " : ""
    let after: HTML = page < pages ? " <a href=\"\(path)?page=\(page + 1)\" rel=\"next\">After</a>" : ""
    return "<nav aria-label=\"Pages\"><p>\(before)Page \(page) of \(pages)\(after)</p></nav>\n"
  }

  /// What was dropped: the last that is known of it.
  static func dropped(_ id: Int64, _ changes: [OutboxChange]) -> DashboardPage {
    let each = HTML(changes.prefix(pageSize).map { Pieces.verbatim(ReadableJSON.text(ChangeReport($0).json)) })
    let more: HTML = changes.count > pageSize ? "<p>And \(changes.count - pageSize) more.</p>\n" : ""
    return DashboardPage(
      "Change \(id) was dropped",
      """
      <p role="status">The local copy shows the resource without it. This is what it was; it is kept nowhere else.</p>
      \(each)\(more)<p><a href="\(path)">To the queue</a></p>
      """)
  }

  /// That there is none of a number.
  static func unknown(_ id: Int64) -> HTML {
    "<p>There is no change \(id) that can be read. <a href=\"\(path)\">The queue</a> shows all that wait.</p>\n"
  }

  /// What of the queue needs a look, for the overview.
  static func overview(_ status: OutboxStatus, _ time: TimeWords) -> HTML {
    let (refused, waiting) = (status.changes[.rejected] ?? 0, status.unsettled - status.waitingForPerson)
    let oldest: HTML = status.oldest.map { oldest -> HTML in ", the oldest of all from \(time.ago(oldest))" } ?? ""
    return """
      <section id="changes" data-refresh><h2>Local changes</h2>
      <ul>
      <li><a href="\(path)">\(waiting) on their way to the site</a>\(oldest)</li>
      <li><a href="\(path)#refused">\(refused) refused by the site</a></li>
      <li><a href="\(ConflictPage.path)">\(status.openConflicts) conflicts wait for a decision</a></li>
      </ul></section>

      """
  }
}
