import GRDB

extension Views {
  /// The views of types as they stand in the file, in the order of their names. None before the first round.
  package func all() throws -> [ReportView] { try read { try ReportViewRows.all($0) } }
}
