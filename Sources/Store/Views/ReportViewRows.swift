import GRDB

/// The rows that say which views there are.
enum ReportViewRows {
  /// A view that there is or was.
  struct Made {
    var id: Int64
    var name: String
    var label: String?
    /// The statement that it was made by; empty while it is not there.
    var definition: String
  }

  /// What tells a view from all others.
  struct Key: Hashable {
    var type: Int64
    /// Empty for the view of the type itself.
    var relationship: String
  }

  static func made(_ db: Database) throws -> [Key: Made] {
    var made: [Key: Made] = [:]
    let rows = try Row.cachedAll(db, sql: "SELECT id, type, relationship, name, label, definition FROM report_view")
    for row in rows {
      let key = try Key(type: row.decode(atIndex: 1), relationship: row.decode(atIndex: 2))
      made[key] = try Made(
        id: row.decode(atIndex: 0), name: row.decode(atIndex: 3), label: row.decode(String?.self, atIndex: 4),
        definition: row.decode(atIndex: 5))
    }
    return made
  }

  /// A view that is not there yet.
  static func add(_ key: Key, name: String, _ db: Database) throws -> Made {
    try db.run(
      sql: "INSERT INTO report_view (type, relationship, name) VALUES (?, ?, ?)",
      arguments: [key.type, key.relationship, name])
    return Made(id: db.lastInsertedRowID, name: name, label: nil, definition: "")
  }

  static func save(_ view: Made, _ db: Database) throws {
    try db.run(
      sql: "UPDATE report_view SET name = ?, label = ?, definition = ? WHERE id = ?",
      arguments: [view.name, view.label, view.definition, view.id])
  }

  // MARK: Columns

  /// The places of a view's columns, in order.
  static func places(_ view: Int64, _ db: Database) throws -> [ReportPlan.Place] {
    try Row.cachedAll(
      db,
      sql: """
        SELECT name, kind, part, field, property, label, is_shown FROM report_column WHERE view = ? ORDER BY position
        """, arguments: [view]
    ).compactMap { row in
      try column(row, from: 0).map { try ReportPlan.Place(column: $0, isShown: row.decode(atIndex: 6)) }
    }
  }

  static func save(_ places: [ReportPlan.Place], _ view: Int64, _ db: Database) throws {
    try db.run(sql: "DELETE FROM report_column WHERE view = ?", arguments: [view])
    for (position, place) in places.enumerated() {
      let column = place.column
      try db.run(
        sql: """
          INSERT INTO report_column (view, position, name, kind, part, field, property, path, label, is_shown)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          view, position, column.name, column.kind.rawValue, column.part.rawValue, column.field, column.property,
          column.path, column.label, place.isShown,
        ])
    }
  }

  /// The column in `name`, `kind`, `part`, `field`, `property`, `label` from `first` on; nil where its kind or part is none.
  private static func column(_ row: Row, from first: Int) throws -> ReportColumn? {
    guard let kind = ReportColumn.Kind(rawValue: try row.decode(atIndex: first + 1)),
      let part = ReportColumn.Part(rawValue: try row.decode(atIndex: first + 2))
    else { return nil }
    return try ReportColumn(
      row.decode(atIndex: first), kind, part, of: row.decode(atIndex: first + 3),
      property: row.decode(String?.self, atIndex: first + 4), label: row.decode(String?.self, atIndex: first + 5))
  }

  // MARK: All of it

  /// The views of types, in the order of their names.
  static func all(_ db: Database) throws -> [ReportView] {
    var columns: [Int64: [ReportColumn]] = [:]
    let shown = try Row.cachedAll(
      db,
      sql: """
        SELECT name, kind, part, field, property, label, view FROM report_column WHERE is_shown = 1 ORDER BY view, position
        """)
    for row in shown {
      guard let column = try column(row, from: 0) else { continue }
      try columns[row.decode(atIndex: 6), default: []].append(column)
    }
    var views: [ReportView] = []
    var places: [Int64: Int] = [:]
    let made = try Row.cachedAll(
      db,
      sql: """
        SELECT v.id, v.type, v.relationship, v.name, v.label, t.name FROM report_view v JOIN resource_type t ON t.id = v.type
        WHERE v.definition <> '' ORDER BY v.relationship <> '', v.name
        """)
    for row in made {
      let type: Int64 = try row.decode(atIndex: 1)
      let relationship: String = try row.decode(atIndex: 2)
      let label = try row.decode(String?.self, atIndex: 4)
      if relationship.isEmpty {
        places[type] = views.count
        try views.append(
          ReportView(
            name: row.decode(atIndex: 3), resourceType: row.decode(atIndex: 5), label: label,
            columns: columns[row.decode(atIndex: 0)] ?? []))
      } else if let place = places[type] {
        try views[place].links.append(
          ReportLinkView(name: row.decode(atIndex: 3), relationship: relationship, label: label))
      }
    }
    return views
  }

  /// The statement of a view, for who adds conditions on its `resource r` (` AND r.sequence > ?`), or narrows the tables that it reads;
  /// nil where there is no such view.
  static func select(_ view: String, _ db: Database) throws -> String? {
    let definition = try String.cachedOne(
      db, sql: "SELECT definition FROM report_view WHERE name = ? AND definition <> ''", arguments: [view])
    return definition.flatMap { text in text.firstRange(of: " AS\n").map { String(text[$0.upperBound...]) } }
  }

  /// Takes the views of types out of the file. Their names and columns stay on record; `ReportMaking.renew` makes them again.
  static func clear(_ db: Database) throws {
    guard try db.tableExists("report_view") else { return }
    for name in try String.fetchAll(db, sql: "SELECT name FROM report_view WHERE definition <> ''") {
      try db.execute(sql: "DROP VIEW IF EXISTS \(ReportSQL.quoted(name))")
    }
    try db.execute(sql: "UPDATE report_view SET definition = '', basis = ''")
  }
}
