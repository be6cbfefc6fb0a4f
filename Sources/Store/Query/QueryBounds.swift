import JSONAPI

/// How much one request may ask for, so that nothing a client writes makes SQL that SQLite cannot take: its limits are 1,000
/// levels of expression and 64 joined tables, ours are well within.
enum QueryBounds {
  static let conditions = 100
  static let depth = 12
  static let sortKeys = 16
  static let hops = 8

  /// - Throws: `QueryParameterError` that says what is too much.
  static func check(_ parameters: QueryParameters) throws(QueryParameterError) {
    if parameters.sort.count > sortKeys {
      throw QueryParameterError("The sort has more than the \(sortKeys) keys that this mirror takes.")
    }
    guard !parameters.filter.isEmpty else { return }
    if parameters.filter.items.count > conditions {
      throw QueryParameterError("The filter has more than the \(conditions) conditions that this mirror takes.")
    }
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
