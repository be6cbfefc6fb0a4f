import GRDB
import JSONAPI
import OpenSocial

/// The tables of a snapshot: the views of types and of their relationships, without what a sight hides, and the ready reports.
struct ReportTables {
  /// By name, the reports last.
  private(set) var all: [ReportTable] = []
  /// What is not among them although the sight shows it, a sentence each.
  private(set) var leftOut: [String] = []

  private let db: Database
  private let sight: Sight

  init(_ db: Database, seeing sight: Sight) throws {
    (self.db, self.sight) = (db, sight)
    let types = try ReportTables.types(db)
    for view in try ReportViewRows.all(db) {
      guard let type = types[view.resourceType], sight.shows(type) else { continue }
      try add(view.name, .resources, type, view.label, ReportTables.columns(of: view, type, sight))
      for link in view.links where sight.shows(link.relationship, of: type) {
        try add(link.name, .links, type, link.label, ReportTables.columns(of: link))
      }
    }
    try addReports()
  }

  // MARK: Views of types

  private static func types(_ db: Database) throws -> [String: ServedType] {
    var types: [String: ServedType] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT id, name, entity_type, coalesce(path, '') FROM resource_type") {
      let type = try ServedType(
        id: row.decode(atIndex: 0), name: row.decode(atIndex: 1), entityType: row.decode(atIndex: 2),
        path: row.decode(atIndex: 3))
      types[type.name] = type
    }
    return types
  }

  private static func columns(of view: ReportView, _ type: ServedType, _ sight: Sight) -> [ReportTable.Column] {
    view.columns.filter { $0.part == .id || sight.shows($0.field, of: type) }.map { column in
      let isKey =
        switch column.part {
        case .id, .serial, .target: true
        case .value: column.kind == .time
        case .format, .html, .text, .summary, .targetType: false
        }
      return ReportTable.Column(
        name: column.name, kind: column.kind, field: column.field, path: column.path, label: column.label, isKey: isKey)
    }
  }

  private static func columns(of link: ReportLinkView) -> [ReportTable.Column] {
    ReportLinkView.columns.map { column in
      let isID = column.name == "id"
      let ending =
        switch column.name {
        case "target_type": ".type"
        case "target_id": ".id"
        default: ""
        }
      return ReportTable.Column(
        name: column.name, kind: column.kind, field: link.relationship,
        path: isID ? "id" : "relationships.\(link.relationship).data\(ending)", label: link.label,
        isKey: isID || column.name == "target_id")
    }
  }

  private mutating func add(
    _ name: String, _ rows: ReportTable.Rows, _ type: ServedType, _ label: String?, _ columns: [ReportTable.Column]
  ) throws {
    guard let select = try ReportViewRows.select(name, db) else { return }
    let table = ReportTable(
      name: name, rows: rows, resourceType: type.name, entityType: type.entityType, label: label, columns: columns,
      select: select)
    if try isReadable(table) { all.append(table) }
  }

  // MARK: Ready reports

  /// Reports read documents as they are: where fields are hidden, they would show them.
  private mutating func addReports() throws {
    for report in ReadyReports.all {
      if sight.hidesAnyField {
        leftOut.append("\(report.name): it reads fields of all types, of which this sight hides some")
        continue
      }
      let table = ReportTable(
        name: report.name, rows: .report,
        columns: report.columns.map { ReportTable.Column(name: $0.name, kind: $0.kind, label: $0.words) },
        select: report.select)
      if try isReadable(table) { all.append(table) }
    }
  }

  /// Whether a table can be read: a view that cannot costs itself, and is noted.
  private mutating func isReadable(_ table: ReportTable) throws -> Bool {
    do {
      _ = try db.makeStatement(sql: table.statement(seeing: sight))
      return true
    } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
      leftOut.append("\(table.name): its view cannot be read: \(error.message ?? "\(error)")")
      return false
    }
  }
}

extension ReportTable {
  /// The statement that gives its rows, as far as a sight goes. The view's own statement stands in it as it is: common table
  /// expressions do not reach into a view.
  func statement(seeing sight: Sight) -> String {
    let list = columns.map { ReportSQL.quoted($0.name) }.joined(separator: ", ")
    let sql = "SELECT \(list) FROM (\(select))"
    return sight.narrowing?.narrowed(sql) ?? sql
  }
}

extension Sight {
  /// Whether fields of some type are hidden.
  var hidesAnyField: Bool { narrowing?.hidden.isEmpty == false }
}
