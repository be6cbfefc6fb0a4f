import JSONAPI

/// Compiles the filter, sort and page of a collection request to SQL over the mirror (reference 3.2 to 3.5). Every value and
/// every JSON path that came from a client is a bound argument.
package struct QueryCompiler {
  let snapshot: ReadSnapshot
  let type: ServedType
  /// All types; none where nothing is hidden in any of them.
  let types: [ServedType]
  var arguments: [QueryArgument] = []
  var uses: [PathUse] = []
  var indexes: [String] = []
  /// Common table expressions that the statement begins with.
  var apart: [String] = []
  private var aliases = 0
  /// What the query gives of a row.
  private let columns: String

  /// Compiles one request; the query gives one row more than the page holds when more follow.
  /// - Parameter asksHolder: whether it asks for each row whether its document is at hand (`DocumentHolder`).
  /// - Throws: `QueryParameterError` in the site's words for a path that the type does not have; a fault of the mirror.
  package static func compile(
    _ parameters: QueryParameters, for type: ServedType, in snapshot: ReadSnapshot, asksHolder: Bool = false
  ) throws -> CompiledQuery {
    try QueryBounds.check(parameters)
    if parameters.filter.isEmpty, parameters.sort.isEmpty, snapshot.sight.isEverything {
      return plain(parameters.page, of: type, asksHolder ? heldSQL : plainSQL)
    }
    let types = snapshot.sight.isEverything ? [] : try snapshot.types()
    let columns = asksHolder ? HeldDocuments.columns : ReadSnapshot.columns
    var compiler = QueryCompiler(snapshot: snapshot, type: type, types: types, columns: columns)
    return try compiler.query(parameters)
  }

  /// Rows as they are kept: what `query` makes of a page alone, for nearly all requests are for one.
  private static func plain(_ page: PageParameter, of type: ServedType, _ sql: String) -> CompiledQuery {
    CompiledQuery(
      sql: sql,
      arguments: [.integer(type.id), .integer(Int64(page.limit + 1)), .integer(Int64(page.offset))])
  }

  private static let plainSQL = plainSQL(ReadSnapshot.columns)
  private static let heldSQL = plainSQL(HeldDocuments.columns)

  private static func plainSQL(_ columns: String) -> String {
    "SELECT \(columns) FROM resource r WHERE r.type = ?1 ORDER BY r.internal_id LIMIT ?2 OFFSET ?3"
  }

  /// Checks a path without compiling anything.
  /// - Throws: `QueryParameterError` in the site's words for a path that the type does not have; a fault of the mirror.
  package static func check(
    _ path: FieldPath, _ comparison: FilterOperator?, of type: ServedType, in snapshot: ReadSnapshot
  ) throws {
    let resolved = try PathResolver(snapshot: snapshot, type: type).resolve(path, comparison: comparison)
    try QueryBounds.check(resolved, path)
  }

  private init(snapshot: ReadSnapshot, type: ServedType, types: [ServedType], columns: String) {
    self.snapshot = snapshot
    self.columns = columns
    self.type = type
    self.types = types
  }

  /// A row that conditions are about.
  struct RowReference {
    /// The SQL of its number.
    var id: String
    /// The name of its row of `resource` in the query.
    var alias: String
    /// How deep the conditions about it stand in others.
    var nesting = 0
  }

  /// A condition, or what is left of it behind the relationships that were followed.
  struct Item {
    var hops: ArraySlice<ResolvedPath.Hop>
    var leaf: ResolvedPath.Leaf
    var types: [ServedType]
    var condition: FilterCondition
  }

  private mutating func query(_ parameters: QueryParameters) throws -> CompiledQuery {
    let row = RowReference(id: "r.id", alias: "r")
    // The site looks up what it sorts by before it carries out a filter.
    let sort = try sortPaths(parameters.sort)
    try noteStatus()
    guard !parameters.filter.isEmpty, case .group(_, let conjunction, let members) = parameters.filter.root else {
      return try page(parameters.page, sort, [])
    }
    let filter = try group(conjunction, members, row)
    return try page(parameters.page, sort, [filter] + access(to: parameters.filter, row))
  }

  /// The page's rows. What has to be sorted is sorted without documents, and those of the page are read last.
  private mutating func page(
    _ page: PageParameter, _ sort: [SortPath], _ conditions: [Term]
  ) throws -> CompiledQuery {
    let isDriven = conditions.contains(where: \.isDriving)
    // Of rows that are skipped it has to be asked whether they are there, where not all are.
    let skipsOnly = conditions.isEmpty && page.offset > 0 && snapshot.sight.isEverything
    let order = try order(sort, mayLead: !isDriven, skipsOnly: skipsOnly)
    var terms = conditions.map(\.sql) + order.conditions
    if order.from.contains("resource r") {
      // Without statistics SQLite takes the type for rarer than it is: the plus keeps it from walking along all of it.
      let column = conditions.contains(where: \.drivesByID) ? "+r.type" : "r.type"
      terms.insert("\(column) = \(bind(.integer(type.id)))", at: 0)
    }
    let filter = terms.joined(separator: " AND ")
    let limit =
      "LIMIT \(bind(.integer(Int64(page.limit + 1)))) OFFSET "
      + bind(.integer(Int64(page.offset)))
    var sql = "SELECT \(columns) FROM \(order.from) WHERE \(filter) ORDER BY \(order.sql) \(limit)"
    if isDriven || !order.isGiven || order.id != "r.id" {
      let keys = order.keys.enumerated().map { "\($1.sql) AS k\($0)" }
      // By name: an expression that is written twice is computed twice.
      func names(_ table: String) -> String {
        order.keys.enumerated().map { "\(table)k\($0)\($1.descending ? " DESC" : "")" }.joined(separator: ", ")
      }
      sql =
        "SELECT \(columns) FROM (SELECT \(order.id) AS id, \(keys.joined(separator: ", ")) "
        + "FROM \(order.from) WHERE \(filter) ORDER BY \(names("")) \(limit)) p "
        + "CROSS JOIN resource r ON r.id = p.id ORDER BY \(names("p."))"
    }
    if !apart.isEmpty { sql = "WITH \(apart.joined(separator: ", ")) \(sql)" }
    return CompiledQuery(sql: sql, arguments: arguments, uses: uses, indexes: indexes)
  }

  mutating func bind(_ argument: QueryArgument) -> String {
    arguments.append(argument)
    return "?\(arguments.count)"
  }

  mutating func alias(_ letter: String) -> String {
    aliases += 1
    return "\(letter)\(aliases)"
  }

  /// The conditions of an AND group on one field are about the same value of it; those of an OR group are not.
  private mutating func group(
    _ conjunction: FilterConjunction, _ members: [Filter.Node], _ row: RowReference
  ) throws -> Term {
    var items: [Item] = []
    var terms: [Term] = []
    for member in members {
      switch member {
      case .group(_, let conjunction, let members):
        let row = row.nested(by: Nesting.group)
        let place = place(for: row)
        terms.append(settled(try group(conjunction, members, place), at: place, for: row))
      case .condition(_, let condition):
        let path = try PathResolver(snapshot: snapshot, type: type).resolve(
          condition.path, comparison: condition.comparison)
        try QueryBounds.check(path, condition.path)
        let item = Item(hops: path.hops[...], leaf: path.leaf, types: path.types, condition: condition)
        if condition.comparison == .isNull {
          terms.append(try isNull(item, row))
        } else if conjunction == .or {
          terms += [QueryCompiler.all(try all([item], row))]
        } else {
          items.append(item)
        }
      }
    }
    terms += try all(items, row)
    guard !terms.isEmpty else { return .always }
    if conjunction == .and { return QueryCompiler.all(terms) }
    return Term(
      sql: "(\(terms.map(\.sql).joined(separator: " OR ")))", isDriving: terms.allSatisfy(\.isDriving),
      drivesByID: terms.allSatisfy(\.drivesByID))
  }

  static func all(_ terms: [Term]) -> Term {
    if terms.count == 1, let only = terms.first { return only }
    return Term(
      sql: "(\(terms.map(\.sql).joined(separator: " AND ")))", isDriving: terms.contains(where: \.isDriving),
      drivesByID: terms.contains(where: \.drivesByID))
  }
}
