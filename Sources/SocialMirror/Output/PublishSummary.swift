import Publish

/// What a pass of publishing did, in words.
struct PublishSummary {
  var sentence: String

  init(_ report: PublishReport) {
    var parts = ["\(report.rows) rows", "up to change \(report.sequence)"]
    if report.isLoad { parts.insert("all was loaded", at: 0) }
    if report.tables > 0 { parts.append("\(report.tables) tables made or changed") }
    if report.odd > 0 { parts.append("\(report.odd) rows or values not as they are") }
    sentence = parts.joined(separator: ", ")
  }
}
