import JSONAPI

/// What stands before a page: rows that were stepped over, and the one before them.
struct PageGap {
  private(set) var skipped = 0
  private var rowBefore: ScannedResource?
  private var over: [ScannedResource] = []

  /// Takes the row before from the two around a place; where only one came, it is not known.
  mutating func note(_ around: [ScannedResource]) {
    if around.count == 2 { rowBefore = around.first }
  }

  mutating func step(over rows: some Sequence<ScannedResource>, _ count: Int) {
    over += rows
    skipped += count
  }

  /// The page with what stands before it.
  func before(_ page: ScannedPage) -> ScannedPage {
    var page = page
    (page.skipped, page.before, page.steppedOver) = (skipped, rowBefore, over)
    return page
  }
}
