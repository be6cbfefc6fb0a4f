/// As what an export is written.
package enum ExportFormat: String, Sendable, Hashable, CaseIterable {
  /// One SQLite database with a table for each view.
  case sqlite
  /// A file for each view: RFC 4180, UTF-8, a line of names first. Null is an empty field, an empty text is `""`.
  case csv
  /// A file for each view: one JSON object a line (https://jsonlines.org).
  case jsonl
  /// A file for each view, made by DuckDB (`ParquetTool`).
  case parquet

  /// What a file ends with.
  var suffix: String { rawValue }
}
