import Store

/// What a pull begins with.
struct PullStart: Sendable, Hashable {
  var type: String
  var idAttribute: String
  /// How far the type has been read.
  var cursor: Cursor
  /// The site's clock at the start of the round, Unix seconds.
  var siteTime: Int64
  /// How long a write may take to show, in seconds (reference 6.5, W).
  var window: Int64
  /// Rows of a page.
  var limit: Int
}
