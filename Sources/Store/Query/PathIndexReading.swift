extension ReadSnapshot {
  /// The complete index of a path; nil while there is none.
  func pathIndex(type: Int64, _ path: PathKey) throws -> (id: Int64, kind: String)? {
    let statement = try connection.statement(
      "SELECT id, kind FROM path_index WHERE type = ? AND path = ? AND state = 'complete'")
    defer { statement.reset() }
    statement.bind(type, at: 1)
    statement.bind(path.description, at: 2)
    return try statement.step() ? (statement.integer(0), statement.text(1)) : nil
  }

  /// How SQLite goes about a query: the lines of `EXPLAIN QUERY PLAN`.
  package func plan(_ query: CompiledQuery) throws -> [String] {
    let statement = try connection.statement("EXPLAIN QUERY PLAN \(query.sql)")
    defer { statement.reset() }
    var lines: [String] = []
    while try statement.step() { lines.append(statement.text(3)) }
    return lines
  }

  /// How many indexed values fulfil a condition, counted no further than `limit`.
  func count(_ condition: String, _ arguments: [QueryArgument], upTo limit: Int64) throws -> Int64 {
    let statement = try connection.statement(
      "SELECT count(*) FROM (SELECT 1 FROM indexed_value v WHERE \(condition) LIMIT \(limit))")
    defer { statement.reset() }
    statement.bind(arguments)
    return try statement.step() ? statement.integer(0) : 0
  }
}
