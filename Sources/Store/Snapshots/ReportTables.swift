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
    let definitions = try ReportTables.definitions(db)
    for view in try ReportViewRows.all(db) {
      guard let type = types[view.resourceType], sight.shows(type) else { continue }
      try add(view.name, .resources, type, view.label, ReportTables.columns(of: view, type, sight), definitions)
      for link in view.links where sight.shows(link.relationship, of: type) {
        try add(link.name, .links, type, link.label, ReportTables.columns(of: link), definitions)
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

  /// What stands in each view, by its name.
  private static func definitions(_ db: Database) throws -> [String: String] {
    var definitions: [String: String] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT name, definition FROM report_view WHERE definition <> ''") {
      let (name, definition): (String, String) = try (row.decode(atIndex: 0), row.decode(atIndex: 1))
      let head = "CREATE VIEW \(ReportSQL.quoted(name)) AS\n"
      if definition.hasPrefix(head) { definitions[name] = String(definition.dropFirst(head.count)) }
    }
    return definitions
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
    _ name: String, _ rows: ReportTable.Rows, _ type: ServedType, _ label: String?, _ columns: [ReportTable.Column],
    _ definitions: [String: String]
  ) throws {
    guard let select = definitions[name] else {
      leftOut.append("\(name): its view was made by another program")
      return
    }
    let table = ReportTable(
      name: name, rows: rows, resourceType: type.name, entityType: type.entityType, label: label, columns: columns,
      select: select)
    if try columnNames(table.statement(seeing: sight), of: name) != nil { all.append(table) }
  }

  // MARK: Ready reports

  /// Reports read documents as they are: where fields are hidden, they would show them.
  private mutating func addReports() throws {
    for report in ReadyReports.all {
      if sight.hidesAnyField {
        leftOut.append("\(report.name): it reads fields of all types, of which this sight hides some")
        continue
      }
      let columns = ReadyReportKinds.of(report.name)
      guard let names = try columnNames(ReportTable.statement("*", of: report.select, seeing: sight), of: report.name)
      else { continue }
      all.append(
        ReportTable(
          name: report.name, rows: .report,
          columns: names.map { ReportTable.Column(name: $0, kind: columns[$0] ?? .text) }, select: report.select))
    }
  }

  /// The columns of a statement; nil, with a note, where it is none: one view that cannot be read costs itself.
  private mutating func columnNames(_ sql: String, of name: String) throws -> [String]? {
    do { return try db.makeStatement(sql: sql).columnNames } catch let error as DatabaseError
      where error.resultCode == .SQLITE_ERROR
    {
      leftOut.append("\(name): its view cannot be read: \(error.message ?? "\(error)")")
      return nil
    }
  }
}

extension ReportTable {
  /// The statement that gives its rows, as far as a sight goes.
  func statement(seeing sight: Sight) -> String {
    ReportTable.statement(
      columns.map { ReportSQL.quoted($0.name) }.joined(separator: ", "), of: select, seeing: sight)
  }

  /// A view's own statement stands in this one as it is: common table expressions do not reach into a view.
  static func statement(_ list: String, of select: String, seeing sight: Sight) -> String {
    let sql = "SELECT \(list) FROM (\(select))"
    return sight.narrowing?.narrowed(sql) ?? sql
  }
}

extension Sight {
  /// Whether fields of some type are hidden.
  var hidesAnyField: Bool { narrowing?.hidden.isEmpty == false }
}

/// What columns of ready reports are that are no texts.
enum ReadyReportKinds {
  private static let kinds: [String: [String: ReportColumn.Kind]] = [
    "report_group_members": ["joined": .integer, "members": .integer],
    "report_attendance": ["begins": .time, "enrolled": .integer, "enrollments": .integer],
    "report_activity": ["created": .integer],
    "report_dormant_members": [
      "joined": .time, "last_access": .time, "last_contribution": .time, "idle_days": .integer,
    ],
    "report_threads": [
      "comments": .integer, "commenters": .integer, "first_comment": .time, "last_comment": .time,
    ],
    "report_tags": ["uses": .integer],
    "report_answers": ["answers": .integer, "last_answer": .time],
  ]

  static func of(_ report: String) -> [String: ReportColumn.Kind] { kinds[report] ?? [:] }
}
