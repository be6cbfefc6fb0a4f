import JSONAPI
import Store

/// The listing of a type without a serial number, as decisions only: by offset in the order of the ids, or in the site's own where
/// it does not sort by them.
///
/// Rows are inserted anywhere. What is inserted before the offset pushes the others right: they come twice. What is removed pulls
/// them left, so that pages have rows in common by which it is seen whether they join up. What still slips through is missed until
/// the next sweep; nothing is removed for it, for each stored resource that was not listed is asked for by itself.
package struct UnnumberedListing: Sendable, Hashable {
  private let type: String
  private let limit: Int
  /// Whether the site is asked to sort by id.
  private let isSorted: Bool
  /// Rows to skip.
  package private(set) var offset: Int
  /// What the last page showed or left out.
  package private(set) var marks: Set<Mark>
  /// Whether the last page of the collection has been taken.
  package private(set) var isComplete = false
  /// Whether the last page said that more follow; only then a listing is resumed.
  private var isPromised: Bool
  private var stepsBack = StepsBack()
  private var lookBack = LookBack<Mark>()
  private var contradictions = 0
  /// How many pages in a row showed nothing but what the page before showed, what that was, and where it began.
  private var stalls = 0
  private var shownBefore: Set<Mark>
  private var offsetBefore: Int

  /// What tells resources apart.
  package typealias Mark = ResourceID

  /// A listing from where an earlier one stopped.
  package init(type: String, limit: Int, isSorted: Bool, from state: SweepState) {
    self.type = type
    self.limit = limit
    self.isSorted = isSorted
    offset = max(0, state.offset)
    marks = state.marks
    (shownBefore, offsetBefore) = (state.marks, offset)
    isPromised = state.offset > 0
  }

  /// The next page to ask for.
  package var parameters: QueryParameters {
    .unfiltered(sort: isSorted ? [SortKey("id")] : [], offset: offset, limit: limit)
  }

  /// Takes the next page.
  /// - Returns: whether it joins up with the last; otherwise it is stepped back.
  /// - Throws: `UntrustworthyPage` when it cannot be the page that was asked for; then nothing has changed.
  package mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) -> Bool {
    for resource in page.resources where resource.type != type { throw .foreignType(resource.type) }
    let shown = page.marks
    if shown.isEmpty, !page.isUnmarked, !marks.isEmpty, offset == 0 {
      // It showed rows a moment ago.
      contradictions += 1
      guard contradictions <= 2 else { throw .suddenlyEmpty }
      return false
    }
    if offset > 0, lookBack.isDue(for: page, showing: shown) {
      offset -= 1
      marks = lookBack.marks
      return false
    }
    let isNothing = shown.isEmpty && !page.isUnmarked
    // Nothing at all, where the last page said that more follow, is no end.
    let isBlind = isNothing ? !isPromised : marks.isEmpty || shown.isEmpty
    guard offset == 0 || isBlind || !marks.isDisjoint(with: shown) else {
      offset = try stepsBack.offset(before: offset, by: page.rows(from: offset))
      lookBack = LookBack()
      return false
    }
    // The same again further on: rows may have moved by just so much, but not time after time.
    stalls = offset > offsetBefore && !shown.isEmpty && shown == shownBefore ? stalls + 1 : 0
    guard stalls <= 10 else { throw .restless }
    (shownBefore, offsetBefore) = (shown, offset)
    marks = shown
    lookBack.note(page, showing: shown)
    isComplete = !page.hasNext
    isPromised = page.hasNext
    if page.hasNext {
      let step = page.step(from: offset, overlap: 10)
      if !page.showsMarks(behind: step, from: offset) { marks = [] }
      offset += step
    }
    return true
  }
}
