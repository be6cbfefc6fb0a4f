import JSONAPI
import OpenSocial
import Store

/// The listing of a type by serial number, which never changes, as decisions only (reference 6.7).
///
/// Without a filter it shows also what filters hide, so it goes by offset with an overlap: in this order rows only ever move
/// left, on removals, so a page that begins at or before the last row seen leaves no gap. On large types, where offsets cost
/// the site too much and filters work, it goes by keyset.
package struct SweepListing: Sendable, Hashable {
  /// How it goes.
  package enum Method: Sendable, Hashable {
    case keyset, offsets

    /// - Parameters:
    ///   - rows: how many resources are stored.
    ///   - probe: what is known of the type's filters.
    package init(entityType: String, rows: Int, probe: FilterProbe.Outcome?) {
      let hidesAlways = EntityTypes.hiddenByFilters.contains(entityType)
      self = probe == .work && rows > 20_000 && !hidesAlways ? .keyset : .offsets
    }
  }

  private let type: String
  private let idAttribute: String
  private let method: Method
  private let limit: Int
  /// The greatest serial number listed; -1 before the first.
  package private(set) var lastID: Int64
  /// Rows to skip: in the whole collection, or behind the key while all rows there are hidden.
  package private(set) var offset: Int
  /// Whether the last page of the collection has been taken.
  package private(set) var isComplete = false
  /// Whether any page showed anything, be it as left out.
  package private(set) var hasSeenAnything: Bool
  /// What the last page showed or left out.
  package private(set) var marks: Set<ResourceID>
  /// Whether the next page has no row in common with the last one by which it could be seen to join up.
  private var isBlind: Bool
  /// Whether the last page had a row that would not be known again where it is listed without most of what it holds.
  private var isNameless = false
  private var stepsBack = StepsBack()
  private var lookBack = LookBack<ResourceID>()
  /// How many pages in a row showed nothing but what the page before showed, and where that one began.
  private var stalls = 0
  private var markedOffset: Int
  /// Whether all pages so far were in the order that was asked for.
  private var isOrdered = true
  /// Whether the last page said that more follow; only then a listing is resumed.
  private var isPromised: Bool
  private var contradictions = 0

  /// Rows in common of two pages, where they are large enough. In this order the serial numbers tell, too, whether they join up.
  private static let overlap = 2

  /// A listing from where an earlier one stopped.
  /// - Parameter isPromised: whether it is known that there is something to list.
  package init(
    type: String, idAttribute: String, method: Method, limit: Int, from state: SweepState, isPromised: Bool = false
  ) {
    self.type = type
    self.idAttribute = idAttribute
    self.method = method
    self.limit = limit
    lastID = state.lastID
    offset = max(0, state.offset)
    marks = state.marks
    markedOffset = offset
    hasSeenAnything = state.lastID >= 0 || state.offset > 0
    self.isPromised = isPromised || hasSeenAnything
    isBlind = hasSeenAnything && state.marks.isEmpty
  }

  /// The next page to ask for.
  package var parameters: QueryParameters {
    switch method {
    case .keyset:
      var parameters = QueryParameters.idKeyset(after: max(lastID, 0), idAttribute: idAttribute, limit: limit)
      parameters.page = PageParameter(offset: offset, limit: limit)
      return parameters
    case .offsets: return .unfiltered(sort: [SortKey(idAttribute)], offset: offset, limit: limit)
    }
  }

  /// Takes the next page.
  /// - Returns: the stretch of serial numbers that it completes; nil when it did not join up and is to be stepped back.
  /// - Throws: `UntrustworthyPage` when it cannot be the page that was asked for; then nothing has changed.
  package mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) -> (after: Int64, through: Int64?)? {
    for resource in page.resources where resource.type != type { throw .foreignType(resource.type) }
    let ids = page.resources.compactMap(\.internalID)
    let shown = page.marks
    if isPromised, shown.isEmpty, !page.isUnmarked, method == .keyset || offset == 0 {
      // `next` is there for a row that was found, so one follows, unless it went just now: the page is asked for again.
      contradictions += 1
      guard contradictions <= 2 else { throw .suddenlyEmpty }
      return nil
    }
    contradictions = 0
    if offset > 0, method == .keyset || ids.first ?? .max > lastID, lookBack.isDue(for: page, showing: shown) {
      offset -= 1
      isBlind = false
      return nil
    }
    let isUnmarked = shown.isEmpty && page.isUnmarked
    // Nothing at all, where the last page said that more follow, is no end.
    let isNothing = shown.isEmpty && !page.isUnmarked && isPromised && offset > 0
    guard !isNothing && joins(ids.first, shown, page.before) || isUnmarked else {
      offset = try stepsBack.offset(before: offset, by: page.rows(from: offset))
      lookBack = LookBack()
      return nil
    }
    // The same again further on: rows may have moved by just so much, but not time after time.
    stalls = offset > markedOffset && !shown.isEmpty && shown == marks ? stalls + 1 : 0
    guard stalls <= 10 else { throw .restless }
    // Rows that contradict the order are taken all the same; but no stretch is known to be complete any more.
    let reach = SerialNumber.reach(ids)
    if reach != ids.last || method == .keyset && ids.contains(where: { $0 <= max(lastID, 0) }) { isOrdered = false }
    hasSeenAnything = hasSeenAnything || page.showsSomething
    let before = lastID
    lastID = max(lastID, reach ?? -1)
    marks = shown
    lookBack.note(page, showing: shown)
    markedOffset = offset
    isComplete = !page.hasNext
    isPromised = page.hasNext
    isNameless = page.isNameless
    if page.hasNext {
      let step = page.step(from: offset, overlap: SweepListing.overlap)
      // A page of one row has none in common with the next.
      isBlind = !page.showsMarks(behind: step, from: offset)
      advance(from: before, by: step)
    }
    guard isOrdered else { return (before, before) }
    return (before, isComplete ? nil : lastID)
  }

  private func joins(_ first: Int64?, _ shown: Set<ResourceID>, _ before: ScannedResource?) -> Bool {
    if offset == 0 { return true }
    if isBlind {
      guard let before, !marks.isEmpty, !isNameless else { return true }
      return marks.contains(before.uuid) || before.internalID.map { $0 <= lastID } ?? true
    }
    if method == .offsets, let first, first <= lastID { return true }
    return !marks.isDisjoint(with: shown)
  }

  private mutating func advance(from before: Int64, by step: Int) {
    switch method {
    case .keyset: offset = isOrdered && lastID > before ? 0 : offset + step
    case .offsets: offset += step
    }
  }
}
