import JSONAPI

/// How much one request may ask for, so that nothing a client writes makes SQL that SQLite cannot take: its limits are 1,000
/// levels of expression and 64 joined tables, ours are well within. What would be too deep for its parser stands apart
/// (`QueryCompiler.Nesting`).
package enum QueryBounds {
  static let conditions = 100
  static let depth = 12
  static let sortKeys = 16
  static let hops = 8
  static let includes = 100
  static let includeNames = 16

  /// - Throws: `QueryParameterError` when a filter has so many conditions, whatever they are.
  package static func check(conditions count: Int) throws(QueryParameterError) {
    if count > conditions {
      throw QueryParameterError("The filter has more than the \(conditions) conditions that this mirror takes.")
    }
  }

  /// - Throws: `QueryParameterError` that says what is too much in an `include`.
  package static func check(include paths: [[String]]) throws(QueryParameterError) {
    if paths.count > includes {
      throw QueryParameterError("The include has more than the \(includes) paths that this mirror takes.")
    }
    if paths.contains(where: { $0.count > includeNames }) {
      throw QueryParameterError(
        "The include follows more than the \(includeNames) relationships that this mirror takes.")
    }
  }

  /// - Throws: `QueryParameterError` that says what is too much.
  static func check(_ parameters: QueryParameters) throws(QueryParameterError) {
    if parameters.sort.count > sortKeys {
      throw QueryParameterError("The sort has more than the \(sortKeys) keys that this mirror takes.")
    }
    guard !parameters.filter.isEmpty else { return }
    try check(conditions: parameters.filter.items.count)
    if depth(of: parameters.filter.root) > depth + 1 {
      throw QueryParameterError(
        "The filter's groups are nested deeper than the \(depth) levels that this mirror takes.")
    }
  }

  /// - Throws: `QueryParameterError` for a path over too many relationships.
  static func check(_ path: ResolvedPath, _ raw: FieldPath) throws(QueryParameterError) {
    if path.hops.count > hops {
      throw QueryParameterError("The path `\(raw)` follows more than the \(hops) relationships that this mirror takes.")
    }
  }

  private static func depth(of node: Filter.Node) -> Int {
    guard case .group(_, _, let members) = node else { return 0 }
    return 1 + (members.map(depth).max() ?? 0)
  }
}
