import JSONAPI

/// What came of an export.
package struct ExportReport: Sendable {
  /// The folder that it is.
  package var path: String
  /// How many tables it has.
  package var tables: Int
  /// How many rows these have.
  package var rows: Int64
  /// How large its files are, without the manifest.
  package var bytes: Int64
  /// The site's time up to which all of it is known, Unix seconds; nil where some type never was read to its end.
  package var asOf: Int64?
  /// Whether it is one finished round.
  package var moment: RoundMoment
  /// What is not in it although it was asked for, a sentence each.
  package var leftOut: [String]
  /// Where files of the export that it replaced still are; nil where they are gone.
  package var remains: String?
  /// The manifest.
  package var json: JSON

  /// For people, a line each.
  package var lines: [String] {
    let known = asOf.map { "as of \(Manifest.time($0))" } ?? "no time up to which all of it is known"
    return ["\(path): \(tables) tables, \(rows) rows, \(bytes) bytes, \(known)", Manifest.removal]
  }

  /// What whoever runs the program has to know, a line each.
  package var notices: [String] {
    var notices: [String] = []
    switch moment {
    case .finished: break
    case .none: notices.append("there was no round yet: social-mirror sync reads the site")
    case .underWay:
      notices.append("a round is under way: of some types its changes are here, of others they are not yet")
    case .cutOff:
      notices.append(
        "the last round was cut off: of some types its changes are here, of others not; social-mirror sync goes on")
    }
    notices += leftOut.map { "left out: \($0)" }
    if let remains {
      notices.append("\(remains) has files that are not of the export that was replaced; look at them, and remove it")
    }
    return notices
  }
}
