import JSONAPI

/// How a collection query is carried out: for administrators who want to know why it is slow.
package struct QueryExplanation: Sendable, Hashable {
  /// The statement; `?N` stands for the N-th argument.
  package var sql: String
  /// What is bound to it.
  package var arguments: [QueryArgument]
  /// What SQLite says it does (`EXPLAIN QUERY PLAN`), indented as it nests.
  package var plan: [String]
  /// The automatic indexes it uses, as type and path.
  package var indexes: [String]
  /// The paths that are read out of documents, as type and path: what an index could spare.
  package var documentPaths: [String]
  /// The rows of the page, without the one that only tells that more follow.
  package var rows: Int
  /// How long it took, compiling included.
  package var milliseconds: Double
  /// The limit that it was ended at; nil when it came to its end.
  package var overdue: QueryOverdue?
}

extension ResourceReader {
  /// Compiles and runs a query on a type's collection, and tells how.
  /// - Throws: `QueryParameterError` in the site's words; a fault of the mirror.
  package func explain(_ parameters: QueryParameters, for type: ServedType) throws -> QueryExplanation {
    var begun = ContinuousClock.now
    var explanation: QueryExplanation?
    do {
      try snapshot(seeing: .everything) { snapshot in
        begun = ContinuousClock.now
        let query = try QueryCompiler.compile(parameters, for: type, in: snapshot)
        let compiled = ContinuousClock.now - begun
        let types = try snapshot.types()
        var found = QueryExplanation(
          sql: query.sql, arguments: query.arguments, plan: try snapshot.plan(query), indexes: query.indexes,
          documentPaths: query.uses.map { use in
            "\(types.first { $0.id == use.type }?.name ?? String(use.type)) \(use.path)"
          }, rows: 0, milliseconds: 0)
        explanation = found
        begun = ContinuousClock.now - compiled
        try snapshot.rows(query) { _ in
          found.rows += 1
          return true
        }
        found.rows = min(found.rows, parameters.page.limit)
        explanation = found
      }
    } catch let overdue as QueryOverdue {
      // What takes too long before there is a statement, is the compiler's own probing of indexes.
      guard explanation != nil else { throw overdue }
      explanation?.overdue = overdue
    }
    guard var explanation else { throw QueryParameterError("There is nothing to explain.") }
    let taken = (ContinuousClock.now - begun).components
    explanation.milliseconds = Double(taken.seconds) * 1000 + Double(taken.attoseconds) / 1e15
    return explanation
  }
}
