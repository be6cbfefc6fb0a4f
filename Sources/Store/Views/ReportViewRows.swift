import GRDB

/// The rows that say which views there are.
enum ReportViewRows {
  /// The views of types, in the order of their names.
  static func all(_ db: Database) throws -> [ReportView] {
    var columns: [Int64: [ReportColumn]] = [:]
    let shown = try Row.cachedAll(
      db, sql: "SELECT view, name, kind, field, path, label FROM report_column WHERE is_shown = 1 ORDER BY view, position")
    for row in shown {
      guard let kind = ReportColumn.Kind(rawValue: try row.decode(atIndex: 2)) else { continue }
      try columns[row.decode(atIndex: 0), default: []].append(
        ReportColumn(
          row.decode(atIndex: 1), kind, field: row.decode(atIndex: 3), path: row.decode(atIndex: 4),
          label: row.decode(String?.self, atIndex: 5)))
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
      if relationship.isEmpty {
        places[type] = views.count
        try views.append(
          ReportView(
            name: row.decode(atIndex: 3), resourceType: row.decode(atIndex: 5),
            label: row.decode(String?.self, atIndex: 4), columns: columns[row.decode(atIndex: 0)] ?? []))
      } else if let place = places[type] {
        try views[place].links.append(
          ReportLinkView(
            name: row.decode(atIndex: 3), relationship: relationship, label: row.decode(String?.self, atIndex: 4)))
      }
    }
    return views
  }
}
