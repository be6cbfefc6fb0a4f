/// A collection query as SQL with its arguments in order.
package struct CompiledQuery: Sendable, Hashable {
  package var sql: String
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
