import Coding
import Store

/// Charts, as SVG within the page. Lag comes from the ledger of rounds (`LagCourse`), changes from the notes of changes
/// (`MirrorHistory.Hour`: each resource counts once, in the hour of its last change). Both are in the mirror anyway: charts survive a
/// restart, and nothing is written for them.
extension OverviewPage {
  var charts: HTML {
    """
    <section id="charts" data-refresh aria-labelledby="charts-title">
    <h2 id="charts-title">Course</h2>
    <div class="pair">
    \(lagChart)\(changesChart)</div>
    </section>

    """
  }

  private var lagChart: HTML {
    guard let course = LagCourse(history.rounds, at: now) else {
      return "<figure class=\"chart\"><figcaption>Behind the site</figcaption><p>No round was good yet.</p></figure>\n"
    }
    let summary = "At most \(ShownTime.span(course.most)) behind the site in the last \(ShownTime.span(course.span))."
    return """
      <figure class="chart">
      <figcaption>Behind the site, at most \(ShownTime.span(course.most))</figcaption>
      <svg viewBox="0 0 \(course.lags.count * 10) 100" preserveAspectRatio="none" role="img" aria-label="\(summary)">
      <path class="line" d="\(LagPath.text(course))"/>
      </svg>
      <p class="scale"><span>\(ShownTime.relative(course.start, at: now))</span><span>now</span></p>
      </figure>

      """
  }

  private var changesChart: HTML {
    let hours = history.hours
    let most = max(1, hours.map { $0.changed.addingClamped($0.removed) }.max() ?? 1)
    let changed = hours.reduce(Int64(0)) { $0.addingClamped($1.changed) }
    let removed = hours.reduce(Int64(0)) { $0.addingClamped($1.removed) }
    let summary =
      "\(changed) resources changed and \(removed) removed in the last \(hours.count) hours, at most \(most) in one."
    let bars = hours.enumerated().map { index, hour in bar(hour, at: index, most: most) }
    return """
      <figure class="chart">
      <figcaption>Changes per hour, at most \(most)</figcaption>
      <svg viewBox="0 0 \(hours.count * 10) 100" preserveAspectRatio="none" role="img" aria-label="\(summary)">
      \(HTML(bars))</svg>
      <p class="scale"><span>\(hours.count) h ago</span>
      <span><span class="key">\(changed) changed</span> <span class="key removed">\(removed) removed</span></span><span>now</span></p>
      </figure>

      """
  }

  private func bar(_ hour: MirrorHistory.Hour, at index: Int, most: Int64) -> HTML {
    func height(_ count: Int64) -> Int64 {
      // What there is of can be seen.
      count == 0 ? 0 : max(2, min(100, count.multipliedClamped(by: 100) / most))
    }
    let (changed, removed) = (height(hour.changed), height(hour.removed))
    let words = "\(RFC3339.text(unixSeconds: hour.start)): \(hour.changed) changed, \(hour.removed) removed"
    return """
      <g><title>\(words)</title>\
      <rect class="bar" x="\(index * 10 + 1)" y="\(100 - changed)" width="8" height="\(changed)"/>\
      <rect class="bar removed" x="\(index * 10 + 1)" y="\(max(0, 100 - changed - removed))" width="8" height="\(removed)"/></g>

      """
  }
}

/// The line of a lag chart.
enum LagPath {
  /// The commands of a path (SVG 2, 9.3), ten units wide for each stretch and one hundred high for the greatest lag: level within a
  /// stretch, with gaps where nothing is known.
  static func text(_ course: LagCourse) -> String {
    var (text, isDrawing) = ("", false)
    let most = max(1, course.most)
    for (place, lag) in course.lags.enumerated() {
      guard let lag else {
        isDrawing = false
        continue
      }
      let height = 99 - min(98, lag.multipliedClamped(by: 98) / most)
      text += isDrawing ? "V\(height)" : "M\(place * 10) \(height)"
      text += "H\(place * 10 + 10)"
      isDrawing = true
    }
    return text
  }
}
