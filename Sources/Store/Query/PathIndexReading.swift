extension ReadSnapshot {
  /// The index of a path that has all its values; nil while there is none.
  func pathIndex(type: Int64, _ path: PathKey) throws -> (id: Int64, kind: String, holdsTexts: Bool)? {
    let statement = try statement(
      "SELECT id, kind, state = 'texts' FROM path_index WHERE type = ? AND path = ? AND state IN ('complete', 'texts')")
    defer { statement.reset() }
    statement.bind(type, at: 1)
    statement.bind(path.description, at: 2)
    return try statement.step() ? (statement.integer(0), statement.text(1), statement.integer(2) != 0) : nil
  }

  /// Whether the mirror has any resource of a type.
  func hasResources(_ type: ServedType) throws -> Bool {
    let statement = try statement("SELECT EXISTS (SELECT 1 FROM resource WHERE type = ?)")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    return try statement.step() && statement.integer(0) != 0
  }

  /// How SQLite goes about a query: the lines of `EXPLAIN QUERY PLAN`, indented as they nest.
  package func plan(_ query: CompiledQuery) throws -> [String] {
    let statement = try connection.statement("EXPLAIN QUERY PLAN \(sight.narrowing?.sql ?? "")\(query.sql)")
    defer { statement.reset() }
    var depths: [Int64: Int] = [:]
    var lines: [String] = []
    while try statement.step() {
      let depth = depths[statement.integer(1)].map { $0 + 1 } ?? 0
      depths[statement.integer(0)] = depth
      lines.append(String(repeating: "  ", count: depth) + statement.text(3))
    }
    return lines
  }

  /// How many indexed values fulfil a condition, counted no further than `limit`.
  func count(_ condition: String, _ arguments: [QueryArgument], upTo limit: Int64) throws -> Int64 {
    try count("(SELECT 1 FROM indexed_value v WHERE \(condition) LIMIT \(limit))", arguments)
  }

  /// How many rows a query has.
  func count(_ rows: String, _ arguments: [QueryArgument]) throws -> Int64 {
    let statement = try statement("SELECT count(*) FROM \(rows)")
    defer { statement.reset() }
    statement.bind(arguments)
    return try statement.step() ? statement.integer(0) : 0
  }
}
