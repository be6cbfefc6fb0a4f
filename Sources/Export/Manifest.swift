import DurableFiles
import Foundation
import JSONAPI
import Store

/// What an export says of itself (`manifest.json`): of which mirror, program and state it is, and what its files and tables are.
struct Manifest {
  /// The file's name.
  static let name = "manifest.json"
  /// The form of this file: grows when readers have to know.
  static let form = 1
  private static let kind = "social-mirror export"
  /// No manifest of ours has more.
  private static let mostBytes = 64 << 20

  /// A table of the export.
  struct Table {
    /// What it is.
    var table: ReportTable
    /// How many rows it has.
    var rows: Int64
    /// The file that it is in.
    var file: String
  }

  var order: ExportOrder
  var state: ReportSnapshotState
  var moment: RoundMoment
  /// When it was made, Unix seconds of this machine.
  var made: Int64
  var tables: [Table]
  var files: [DraftFile.Written]
  var leftOut: [String]

  /// The site's time up to which all that is exported is known; nil where some type never was read to its end.
  var asOf: Int64? { state.knownUntil(of: Set(tables.compactMap(\.table.resourceType))) }

  /// What belongs to what is exported.
  private var types: [ReportSnapshotState.TypeState] {
    let names = Set(tables.compactMap(\.table.resourceType))
    return state.types.filter { names.contains($0.type) }
  }

  /// What readers have to know of removals.
  static let removal =
    "This is a copy. What the site removes or hides later leaves the mirror, and what is exported from then on; here it stays. "
    + "Export anew to the same folder, and remove other copies."

  /// The whole as JSON.
  var json: JSON {
    .object(
      JSONObject([
        ("manifest", .integer(Manifest.form)), ("kind", .string(Manifest.kind)),
        ("program", ["name": "social-mirror", "version": .string(order.version)]),
        ("mirror", mirror), ("made", .string(Manifest.time(made))), ("asOf", Manifest.nullable(asOf)),
        ("round", round), ("format", .string(order.format.rawValue)),
        ("sight", order.sightName.map { .string($0) } ?? .null),
        ("only", order.only.isEmpty ? .null : .array(order.only.map { .string($0) })),
        // How many changes of others wait is nobody's business who may not see them.
        ("localChangesNotSent", order.sightName == nil ? .integer(state.pending) : .null),
        ("types", .array(types.map(type))), ("tables", .array(tables.map(table))), ("files", .array(files.map(file))),
        ("leftOut", .array(leftOut.map { .string($0) })), ("null", .string(nullText)),
        ("removal", .string(Manifest.removal)),
      ]))
  }

  private var mirror: JSON {
    .object(
      JSONObject([
        ("site", state.site.map { .string($0) } ?? .null), ("number", .integer(state.mirror)),
        ("schema", .integer(state.schema)), ("sequence", .integer(state.sequence)),
      ]))
  }

  private var round: JSON {
    .object(
      JSONObject([
        ("state", .string(moment.rawValue)), ("number", state.round.map { .integer($0.id) } ?? .null),
        ("started", Manifest.nullable(state.round?.started)), ("finished", Manifest.nullable(state.round?.finished)),
        ("outcome", state.round?.outcome.map { .string($0) } ?? .null),
      ]))
  }

  private var nullText: String {
    switch order.format {
    case .sqlite, .parquet: "null is null"
    case .csv: "null is an empty field without quotes, an empty text is \"\""
    case .jsonl: "null is null; infinity, which JSON does not have, is null, too"
    }
  }

  private func type(_ type: ReportSnapshotState.TypeState) -> JSON {
    .object(
      JSONObject([
        ("type", .string(type.type)), ("knownUntil", Manifest.nullable(type.knownUntil)),
        ("lastSweep", Manifest.nullable(type.lastSweep)),
      ]))
  }

  private func table(_ part: Table) -> JSON {
    let columns = part.table.columns.map { column in
      JSON.object(
        JSONObject([
          ("name", .string(column.name)), ("kind", .string(column.kind.rawValue)),
          ("field", column.field.map { .string($0) } ?? .null), ("path", column.path.map { .string($0) } ?? .null),
          ("label", column.label.map { .string($0) } ?? .null),
        ]))
    }
    var members: [(String, JSON)] = [
      ("name", .string(part.table.name)), ("holds", .string(part.table.rows.rawValue)),
      ("resourceType", part.table.resourceType.map { .string($0) } ?? .null),
      ("label", part.table.label.map { .string($0) } ?? .null), ("rows", .integer(part.rows)),
      ("file", .string(part.file)),
    ]
    if order.format != .sqlite, let written = files.first(where: { $0.name == part.file }) {
      members += [("bytes", .integer(written.bytes)), ("sha256", .string(written.hash))]
    }
    return .object(JSONObject(members + [("columns", .array(columns))]))
  }

  private func file(_ file: DraftFile.Written) -> JSON {
    ["name": .string(file.name), "bytes": .integer(file.bytes), "sha256": .string(file.hash)]
  }

  /// A time as in the tables: `2026-01-31T12:00:00Z`.
  static func time(_ unixSeconds: Int64) -> String {
    RFC3339.text(unixSeconds: unixSeconds).replacing("+00:00", with: "Z")
  }

  private static func nullable(_ unixSeconds: Int64?) -> JSON { unixSeconds.map { .string(time($0)) } ?? .null }

  // MARK: An earlier one

  /// The files of the export that a folder is, its manifest among them; nil where it is none.
  static func files(inFolder folder: String) -> Set<String>? {
    let descriptor = open("\(folder)/\(name)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard (try? DurableFile.status(of: descriptor))?.isRegular == true,
      let bytes = try? DurableFile.contents(of: descriptor, atMost: mostBytes),
      let manifest = try? JSON(parsing: bytes), manifest["kind"]?.string == kind, let files = manifest["files"]?.array
    else { return nil }
    return Set(files.compactMap { $0["name"]?.string } + [name])
  }
}
