import Coding
import Reports
import Store

/// What there is of each type, how current that is, and what of it was read.
extension OverviewPage {
  var types: HTML {
    let table = DashboardTable(
      "\(report.status.types.count) types, \(report.resources) resources",
      [
        .init("Type"), .init("Rows", isNumber: true), .init("Newest change"), .init("Behind"), .init("Last reading"),
        .init("Last sweep"), .init("Gone", isNumber: true), .init("Held", isNumber: true),
      ], report.status.types.map(row))
    let none: HTML = "<p>No type was read yet.</p>"
    return """
      <section id="types" data-refresh aria-labelledby="types-title">
      <h2 id="types-title">Types</h2>
      \(report.status.types.isEmpty ? none : table.html)
      </section>

      """
  }

  private func row(_ type: MirrorStatus.TypeStatus) -> [HTML] {
    let lag = report.lag(of: type)
    let behind: HTML =
      lag.map { lag -> HTML in "\(ShownTime.span(lag))" } ?? "<span class=\"bad\">never read to its end</span>"
    let gone = type.tombstones.values.reduce(Int64(0)) { $0.addingClamped($1) }
    let read: HTML = type.coverage.map { coverage($0) } ?? "–"
    let held: HTML = type.held > 0 ? "<span class=\"bad\">\(type.held)</span>" : "0"
    return [
      HTML.text(type.type), "\(type.rows)", ShownTime.relative(type.newestChange, at: now), behind, read, sweep(type),
      "\(gone)", held,
    ]
  }

  /// What the last run read of a type.
  private func coverage(_ coverage: MirrorStatus.Coverage) -> HTML {
    let isFailed = coverage.outcome == RunOutcome.failed.rawValue
    let words = coverage.outcome ?? "under way"
    let outcome: HTML = isFailed ? "<span class=\"bad\">\(words)</span>" : "\(words)"
    let omitted: HTML =
      coverage.omitted > 0 ? ", <span class=\"bad\">\(coverage.omitted) left out by the site</span>" : ""
    return "\(outcome): \(coverage.seen) seen, \(coverage.stored) new or changed\(omitted)"
  }

  private func sweep(_ type: MirrorStatus.TypeStatus) -> HTML {
    let last = ShownTime.relative(type.lastSweep, at: now)
    guard type.isSweeping else { return last }
    let progress: HTML =
      type.isListed
      ? "listed, \(type.candidates) to ask for"
      : "listed up to \(type.sweptUpTo) of \(type.highestID ?? 0)"
    return "\(last); under way: \(progress)"
  }
}
