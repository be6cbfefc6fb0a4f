import Store

/// A table of PostgreSQL that has what a view of the mirror has, under the same name and with the same columns. A value, also as it stands
/// in the copy itself (`Publication.tables`): by comparing both, changes of the views are carried out.
package struct PublishedTable: Sendable, Hashable, Codable {
  /// A column.
  package struct Column: Sendable, Hashable, Codable {
    /// Its name.
    package var name: String
    /// What its values are (`ReportColumn.Kind`).
    package var kind: String
    /// The field that it shows.
    package var field: String
    /// The part of the field and where that stands in documents.
    package var source: String
    /// What the site calls the field.
    package var label: String?

    /// Whether it shows the same of the same field as another one: what it is called apart.
    func isSame(as other: Column) -> Bool { name == other.name && kind == other.kind && source == other.source }
  }

  /// The name of the view.
  package var name: String
  /// The type whose resources are its rows, or those of its view.
  package var type: String
  /// The relationship whose targets are its rows; nil for the table of the type itself.
  package var relationship: String?
  /// What the site calls the type or the relationship.
  package var label: String?
  /// The columns in the view's order. The first one is `id`.
  package var columns: [Column]

  /// The tables of a view and of its links.
  package static func tables(of view: ReportView) -> [PublishedTable] {
    let columns = view.columns.map { column in
      Column(
        name: column.name, kind: column.kind.rawValue, field: column.field,
        source: "\(column.part.rawValue) \(column.path)", label: column.label)
    }
    let links = view.links.map { link in
      PublishedTable(
        name: link.name, type: view.resourceType, relationship: link.relationship, label: link.label,
        columns: ReportLinkView.columns.map { column in
          Column(
            name: column.name, kind: column.kind.rawValue, field: link.relationship, source: column.name, label: nil)
        })
    }
    return [
      PublishedTable(
        name: view.name, type: view.resourceType, relationship: nil, label: view.label, columns: columns)
    ] + links
  }

  /// The columns by which its rows are told apart.
  var key: [String] { relationship == nil ? ["id"] : ["id", "delta"] }

  /// So many columns of a table have an index, the first ones of each sort: each makes writing slower.
  private static let mostIndexes = 24

  /// The columns with an index: those that the views' filters go by.
  var indexed: [String] {
    if relationship != nil { return ["target_id"] }
    let found = columns.filter { column in
      let part = column.source.prefix { $0 != " " }
      return part == ReportColumn.Part.serial.rawValue || part == ReportColumn.Part.target.rawValue
        || column.kind == ReportColumn.Kind.time.rawValue
    }
    return found.prefix(PublishedTable.mostIndexes).map(\.name)
  }
}

/// What is to be done to a table so that it is as its view is now. Decided from two values.
enum TableChange: Hashable {
  /// There is no such table.
  case make(PublishedTable)
  /// There is no such view any more.
  case drop(PublishedTable)
  /// Some columns are not there any more and others are new; then all rows are read anew. Where only labels are otherwise, both are
  /// empty.
  case alter(PublishedTable, dropping: [String], adding: [PublishedTable.Column])

  /// Whether the table's rows have to be read anew.
  var needsRows: Bool {
    switch self {
    case .make: true
    case .drop: false
    case .alter(_, _, let added): !added.isEmpty
    }
  }

  /// The table as it is to be; nil where it goes.
  var table: PublishedTable? {
    switch self {
    case .make(let table), .alter(let table, _, _): table
    case .drop: nil
    }
  }

  /// What leads from the tables that there are to those that are to be, in this order: what goes makes room first.
  static func changes(from known: [PublishedTable], to wanted: [PublishedTable]) -> [TableChange] {
    let before = Dictionary(known.map { ($0.name, $0) }) { first, _ in first }
    let after = Set(wanted.map(\.name))
    var changes = known.filter { !after.contains($0.name) }.map(TableChange.drop)
    for table in wanted {
      guard let former = before[table.name] else {
        changes.append(.make(table))
        continue
      }
      if former == table { continue }
      if former.type != table.type || former.relationship != table.relationship {
        changes += [.drop(former), .make(table)]
        continue
      }
      let dropped = former.columns.filter { old in !table.columns.contains { $0.isSame(as: old) } }.map(\.name)
      let added = table.columns.filter { new in !former.columns.contains { $0.isSame(as: new) } }
      changes.append(.alter(table, dropping: dropped, adding: added))
    }
    return changes
  }
}
