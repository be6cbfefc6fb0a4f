import Store

/// What the account is shown of a resource type: the newest page of its collection, without a filter and with one that lets all through.
package struct ShownType: Sendable, Hashable {
  /// Such as `node--topic`.
  package var type: String
  /// Such as `node`.
  package var entityType: String
  /// Resources that are shown whole.
  package var whole = 0
  /// Resources of which only the label is shown.
  package var labels = 0
  /// Resources that are left out for lack of access (`meta.omitted`).
  package var omitted = 0
  /// Why, in the site's words, each once; at most `mostReasons`.
  package var reasons: [String] = []
  /// Elements that cannot be used.
  package var unusable = 0
  /// Whether more follows.
  package var hasMore = false
  /// What the two pages say about filters; nil where nothing was there to compare.
  package var filters: FilterProbe.Outcome?
  /// How many resources of the page the filter let through.
  package var filtered = 0
  /// Why the page with the filter did not come.
  package var filterFailure: SiteFailure?
  /// Why a page of all rows that were asked for did not come; what came is then one of few rows.
  package var tooMuch: SiteFailure?
  /// From sending the request to the last byte of the page without a filter.
  package var milliseconds: Int64 = 0
  /// Why nothing came.
  package var failure: SiteFailure?

  /// So many reasons are told of a type.
  package static let mostReasons = 3

  /// A type of which nothing was seen yet.
  package init(_ type: String, of entityType: String) {
    self.type = type
    self.entityType = entityType
  }

  /// How many rows the page had, whatever was shown of them.
  package var rows: Int { whole + labels + omitted + unusable }
}
