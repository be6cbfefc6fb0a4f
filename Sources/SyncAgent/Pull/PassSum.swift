import JSONAPI
import Store

/// What the pages of a pass showed together, for the cursor behind it.
struct PassSum: Sendable, Hashable {
  /// The greatest `changed`; nil for none.
  private(set) var changed: Int64?
  /// The greatest serial number; nil for none.
  private(set) var highest: Int64?
  /// When the oldest page was made, by the site's `Date`: a cache may have kept it. Nil where none said.
  private(set) var oldest: Int64?
  /// Whether anything was shown whole.
  private(set) var showsAny = false

  /// Nothing yet.
  init() {}

  /// Takes in a page.
  mutating func note(_ page: ScannedPage) {
    for resource in page.resources {
      if !resource.isLabelOnly { showsAny = true }
      if let time = resource.changed { changed = max(changed ?? time, time) }
      if let number = resource.internalID { highest = max(highest ?? number, number) }
    }
    if let made = page.madeAt { oldest = min(oldest ?? made, made) }
  }

  /// The cursor behind a pass that has come to its end. What is on a page that a cache kept is known until the page was made.
  /// - Parameters:
  ///   - cursor: that of before.
  ///   - begun: the site's time when the pass began, Unix seconds.
  ///   - window: how long a write may take to show, in seconds.
  func finished(_ cursor: Cursor, begun: Int64, window: Int64) -> Cursor {
    cursor.finished(begun: min(begun, oldest ?? begun), window: window, changed: changed, highest: highest)
  }
}
