import JSONAPI

/// The look back of whatever goes by offset, where a page of one row came and then one of more, as behind rows that fail. The one
/// row is none of the next page's, so that nothing would show whether rows have moved meanwhile: the page is asked for again from
/// that row on. Once, for a site may give one row there whatever it is asked for.
struct LookBack<Mark: Hashable & Sendable>: Sendable, Hashable {
  /// What the last page showed, where it was of one row and asked for the first time; else empty.
  private(set) var marks: Set<Mark> = []
  private var isLooking = false

  /// Takes in a page that has joined up with the last.
  /// - Parameter shown: what it shows or names.
  mutating func note(_ page: ScannedPage, showing shown: Set<Mark>) {
    let isOne = page.rowCount == 1 && page.skipped == 0
    marks = isOne && !isLooking ? shown : []
    isLooking = false
  }

  /// Whether a page has to be asked for again from one row before, because it might have begun there and nothing of it shows that
  /// it joins up. A single row begins nowhere else, and what was stepped over is not asked for once more.
  mutating func isDue(for page: ScannedPage, showing shown: Set<Mark>) -> Bool {
    guard !isLooking, !marks.isEmpty, page.rowCount > 1, page.skipped == 0, page.before == nil,
      marks.isDisjoint(with: shown)
    else { return false }
    isLooking = true
    return true
  }
}
