import Coding
import Reports
import Store

/// The conflicts as a list.
enum ConflictListPage {
  /// So many are named.
  private static let most = 500

  /// - Parameter isAll: whether those that were decided are among them.
  static func page(_ report: ConflictsReport, isAll: Bool, at now: Int64) -> DashboardPage {
    let conflicts = report.conflicts.map(\.conflict)
    let columns = ["Conflict", "Resource", "Fields", "Noticed", "Decision"].map { DashboardTable.Column($0) }
    let rows = conflicts.prefix(most).map { row($0, at: now) }
    let table = DashboardTable(
      isAll ? "All conflicts, the newest first" : "Conflicts that wait for a decision", columns, rows)
    let none: HTML = isAll ? "<p>There was none yet.</p>\n" : "<p>None waits for a decision.</p>\n"
    let left: HTML = conflicts.count > most ? "<p>And \(conflicts.count - most) more.</p>\n" : ""
    let others: HTML =
      isAll
      ? "<p><a href=\"\(ConflictPage.path)\">Those that wait for a decision</a></p>\n"
      : "<p><a href=\"\(ConflictPage.path)?all=1\">Also those that were decided</a></p>\n"
    return DashboardPage(
      "Conflicts",
      """
      <section id="conflicts" data-refresh><h2>Changed on both sides (\(conflicts.count))</h2>
      \(conflicts.isEmpty ? none : table.html)\(left)\(others)\(notices(report))</section>
      """)
  }

  private static func row(_ conflict: OutboxConflict, at now: Int64) -> [HTML] {
    let fields = conflict.fields.map(\.name).joined(separator: ", ")
    let decision: HTML =
      conflict.decision.map { words -> HTML in
        "\(Pieces.foreign(words)), \(ShownTime.relative(conflict.decided, at: now))"
      } ?? "waits"
    return [
      "<a href=\"\(ConflictPage.path)/\(conflict.id)\">\(conflict.id): \(conflict.kind.title)</a>",
      Pieces.foreign("\(conflict.type) \(conflict.uuid)"), Pieces.foreign(fields),
      ShownTime.relative(conflict.noticed, at: now), decision,
    ]
  }

  private static func notices(_ report: ConflictsReport) -> HTML {
    let items = HTML(report.notices.prefix(most).map { notice -> HTML in "<li>\(Pieces.foreign(notice))</li>\n" })
    return report.notices.isEmpty ? "" : "<h3>Cannot be read</h3>\n<ul>\n\(items)</ul>\n"
  }

  /// That there is none of a number.
  static func unknown(_ id: Int64) -> DashboardPage {
    DashboardPage(
      "No such conflict",
      "<p>There is no conflict \(id) that can be read. <a href=\"\(ConflictPage.path)\">All that wait</a></p>\n",
      status: 404)
  }

  /// What was decided, for people.
  static func decided(_ id: Int64, _ take: ConflictPages.Take) -> String {
    switch take {
    case .site: "Conflict \(id): the site's version stays, and the local change is dropped."
    case .local: "Conflict \(id): the local version goes to the site with the next push."
    case .document: "Conflict \(id): the edited document goes to the site with the next push."
    }
  }
}

extension OutboxConflict.Kind {
  /// What stands against what, in a few words.
  var title: String {
    switch self {
    case .fields: "both changed it"
    case .deletedOnSite: "changed here, deleted on the site"
    case .changedOnSite: "deleted here, changed on the site"
    case .exists: "created here, but the site has another one"
    }
  }

  /// What becomes of it with the site's version.
  var withSite: String {
    switch self {
    case .fields: "Keep what the site has; the local change is dropped."
    case .deletedOnSite: "Leave it deleted; the local change is dropped."
    case .changedOnSite: "Keep it, as the site has it; the deletion is dropped."
    case .exists: "Keep the site's one; the local creation is dropped."
    }
  }

  /// What becomes of it with the local version.
  var withLocal: String {
    switch self {
    case .fields, .exists: "Send the local values over what the site has in these fields."
    case .deletedOnSite: "Create it anew on the site."
    case .changedOnSite: "Delete it on the site all the same."
    }
  }
}
