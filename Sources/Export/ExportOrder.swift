import Store

/// What is to be exported, and where to.
package struct ExportOrder: Sendable {
  /// The folder that the export is to be: a new one, or an earlier export, which it replaces.
  package var folder: String
  /// As what it is written.
  package var format: ExportFormat
  /// The types that it has, by names of resource types (`node--topic`) or entity types (`node`); none for all, and ready reports.
  package var only: [String] = []
  /// Who may see it: what that leaves out is not in the export.
  package var sight = Sight.everything
  /// The name of that sight; nil where everything is shown.
  package var sightName: String?
  /// How long a round that is under way is waited for.
  package var wait: Duration = .seconds(600)
  /// Whether the state in the middle of a round will do when it has been waited for.
  package var takesUnfinished = false
  /// The version of the program, for the manifest.
  package var version: String
  /// DuckDB, or a Python that has it, by path or name; nil for whichever is found. For `ExportFormat.parquet`.
  package var tool: String?
  /// Where programs are looked for, and what they are told: nothing else of this process's environment is.
  package var environment: [String: String] = [:]

  /// An export of everything; members say more.
  package init(folder: String, format: ExportFormat, version: String) {
    (self.folder, self.format, self.version) = (folder, format, version)
  }
}
