/// A collection query as SQL with its arguments in order.
package struct CompiledQuery: Sendable, Hashable {
  /// One `SELECT` that gives rows as `ReadSnapshot.rows` reads them; `?N` stands for the N-th argument.
  package var sql: String
  /// What is bound to `?1`, `?2` and so on.
  package var arguments: [QueryArgument]
  /// The paths that are read out of documents: what an index could spare.
  package var uses: [PathUse] = []
  /// The automatic indexes that are used, as type and path.
  package var indexes: [String] = []

  /// A query with its arguments, for paths that are columns.
  package init(sql: String, arguments: [QueryArgument], uses: [PathUse] = [], indexes: [String] = []) {
    (self.sql, self.arguments, self.uses, self.indexes) = (sql, arguments, uses, indexes)
  }
}
