/// Where the columns of a view stand. A column keeps its name and its place when others come, and gets them back when it was away.
enum ReportPlan {
  /// A column's place among those that the view has or had.
  struct Place: Hashable {
    /// The column.
    var column: ReportColumn
    /// Whether the view shows it.
    var isShown: Bool
  }

  /// So many columns a view shows. SQLite takes 2,000, tables of PostgreSQL 1,600; what comes behind that has no column.
  static let mostColumns = 1_500

  /// Names that a column cannot have in PostgreSQL.
  private static let systemColumns = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]

  /// - Parameters:
  ///   - known: the places that were given away, in order.
  ///   - wanted: the columns that the type has now, in the site's order, with the names that they would like to have.
  /// - Returns: the places in order, as many as before at least.
  static func places(_ known: [Place], wanted: [ReportColumn]) -> [Place] {
    var places = known.map { Place(column: $0.column, isShown: false) }
    var indexes = Dictionary(places.enumerated().map { (key($0.element.column), $0.offset) }) { first, _ in first }
    let before = places.count
    for column in wanted {
      if let index = indexes[key(column)] {
        let name = places[index].column.name
        places[index] = Place(column: column, isShown: true)
        places[index].column.name = name
      } else {
        indexes[key(column)] = places.count
        places.append(Place(column: column, isShown: true))
      }
    }
    var taken = TakenNames(systemColumns + places[..<before].map(\.column.name))
    // A field's own name goes before those that are made of another's.
    for isOwn in [true, false] {
      for index in places.indices[before...] where isOwnName(places[index].column.part) == isOwn {
        places[index].column.name = taken.take(places[index].column.name)
      }
    }
    var count = 0
    for index in places.indices where places[index].isShown {
      count += 1
      if count > mostColumns { places[index].isShown = false }
    }
    return places
  }

  private static func isOwnName(_ part: ReportColumn.Part) -> Bool {
    switch part {
    case .id, .serial, .value, .target: true
    case .format, .html, .text, .summary, .targetType: false
    }
  }

  /// What tells a column from all others of its view.
  private struct Key: Hashable {
    var part: ReportColumn.Part
    var field: String
  }

  private static func key(_ column: ReportColumn) -> Key {
    switch column.part {
    case .id, .serial: Key(part: column.part, field: "")
    default: Key(part: column.part, field: column.field)
    }
  }
}
