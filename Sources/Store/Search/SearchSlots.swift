import GRDB
import JSONAPI
import OpenSocial

/// In which column of the text index each attribute of a type stands (`search_field`): the first that names a resource in `title`, each
/// other one in a column of its own, and what has none left together in the last. So what a sight hides can be left out of what is
/// looked through. A column that was given stays.
final class SearchSlots {
  /// The columns of `search_index`, in order.
  static let columns = ["title"] + (1...12).map { "text_\($0)" } + ["rest"]
  /// The place of what names a resource.
  static let title = 0
  /// The place of all that has none of its own.
  static let rest = columns.count - 1

  private let db: Database
  private var places: [Int64: [String: Int]] = [:]

  init(_ db: Database) throws {
    self.db = db
    for row in try Row.cachedAll(db, sql: "SELECT type, field, slot FROM search_field") {
      let type = try row.decode(Int64.self, atIndex: 0)
      let field = try row.decode(String.self, atIndex: 1)
      places[type, default: [:]][field] = try row.decode(Int.self, atIndex: 2)
    }
  }

  /// The columns of a type's attributes.
  /// - Parameter names: those that a resource has something in, in its order.
  func places(of names: [String], type: Int64) throws -> [Int] {
    let known = places[type] ?? [:]
    if names.allSatisfy({ known[$0] != nil }) { return names.map { known[$0] ?? SearchSlots.rest } }
    var all = known
    var taken = Set(known.values)
    if !taken.contains(SearchSlots.title), let label = FieldDescription.labels.first(where: { names.contains($0) }),
      all[label] == nil
    {
      all[label] = SearchSlots.title
      taken.insert(SearchSlots.title)
    }
    for name in names where all[name] == nil {
      let place = (1..<SearchSlots.rest).first { !taken.contains($0) } ?? SearchSlots.rest
      all[name] = place
      taken.insert(place)
    }
    for (name, place) in all where known[name] == nil {
      try db.run(
        sql: "INSERT INTO search_field (type, field, slot) VALUES (?, ?, ?)", arguments: [type, name, place])
    }
    places[type] = all
    return names.map { all[$0] ?? SearchSlots.rest }
  }
}
