/// The parameters of a JSON:API read (reference 3): filter, sort, page, include, fields, version, and custom ones.
package struct QueryParameters: Sendable, Hashable {
  /// Which rows; empty for all.
  package var filter = Filter()
  /// In what order; empty for the site's own.
  package var sort: [SortKey] = []
  /// Which part of them.
  package var page = PageParameter()
  /// Relationship paths, each split at its dots. Parts may be empty or unknown: the site
  /// complains only where there is a resource to follow them from.
  package var include: [[String]] = []
  /// Public field names by resource type; an empty list shows no field.
  package var fields: [String: [String]] = [:]
  /// The text of `resourceVersion`, to be read by `ResourceVersion` where the type has versions.
  package var resourceVersion: String?
  /// All other parameters, which the site accepts and ignores.
  package var custom = QueryTree()

  /// No filter, the first page of 50.
  package init() {}

  /// Which parameters a route reads.
  package enum Route: Sendable {
    /// All of them.
    case collection
    /// All but `filter`, `sort` and `page`, which the site ignores on single resources, relationships and related ones.
    case resource
  }
}
