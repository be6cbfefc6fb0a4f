/// Conditions that stand apart from the statement that they belong to.
///
/// SQLite's parser keeps at most 100 symbols that are not closed yet, and every relationship or group in another holds some of
/// them. So what would stand too deep becomes a common table expression: it is parsed by itself, and planned as if it stood in
/// its place.
extension QueryCompiler {
  /// How much of the parser's stack things take, in no unit.
  enum Nesting {
    static let group = 1
    static let relationship = 3
    /// What is nested so much stands apart.
    static let most = 6
  }

  /// The row that conditions about `row` are written for: this one, or one of a statement of their own.
  mutating func place(for row: RowReference) -> RowReference {
    guard row.nesting >= Nesting.most else { return row }
    let name = alias("h")
    return RowReference(id: "\(name).id", alias: name)
  }

  /// The condition on `row` that a term says which was written for the row of its `place`. Of a row that the mirror does not
  /// have it is false there.
  mutating func settled(_ term: Term, at place: RowReference, for row: RowReference) -> Term {
    guard place.alias != row.alias else { return term }
    let name = alias("d")
    apart.append("\(name)(id) AS (SELECT \(place.id) FROM resource \(place.alias) WHERE \(term.sql))")
    guard term.isDriving else { return Term(sql: "EXISTS (SELECT 1 FROM \(name) WHERE \(name).id = \(row.id))") }
    return Term(sql: "\(row.id) IN \(name)", isDriving: true, drivesByID: true)
  }
}

extension QueryCompiler.RowReference {
  /// The same row, where conditions about it are nested deeper.
  func nested(by depth: Int) -> QueryCompiler.RowReference {
    var row = self
    row.nesting += depth
    return row
  }
}
