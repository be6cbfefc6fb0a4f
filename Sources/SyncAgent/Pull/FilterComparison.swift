import JSONAPI
import Store

/// What two answers on the newest resources of a type, one without a filter and one with, say about filters (reference 3.3).
package struct FilterComparison: Sendable, Hashable {
  /// Whether the unfiltered collection shows anything, be it as left out.
  package let isAnythingThere: Bool
  /// The attribute with the serial number; nil when no resource was seen.
  package let idAttribute: String?
  /// The greatest serial number seen.
  package let highestID: Int64?
  /// What the two say; nil while nothing visible is there to compare.
  package let outcome: FilterProbe.Outcome?

  /// - Parameters:
  ///   - unfiltered: the first page of the collection, serial numbers descending.
  ///   - filtered: the same with a filter that lets all serial numbers above 0 through.
  package init(unfiltered: ScannedPage, filtered: ScannedPage?) {
    isAnythingThere = unfiltered.showsSomething
    let first = unfiltered.resources.first { $0.idAttribute != nil }
    idAttribute = first?.idAttribute
    highestID = first?.internalID
    let whole = unfiltered.resources.filter { !$0.isLabelOnly }
    if !whole.isEmpty, whole.allSatisfy({ $0.internalID == nil }) {
      outcome = .withoutSerialNumber
      return
    }
    if !whole.isEmpty, whole.allSatisfy({ $0.changed == nil }) {
      outcome = .withoutChanged
      return
    }
    let shown = unfiltered.resources.compactMap(\.internalID).filter { $0 > 0 }
    guard let filtered, let newest = shown.first else {
      outcome = nil
      return
    }
    let found = Set(filtered.resources.compactMap(\.internalID))
    // A resource that the filter's page ends before says nothing. A newer one than the newest shown came in between.
    let reach = filtered.hasNext ? found.min() ?? Int64.max : 0
    let isMissing = shown.contains { $0 >= reach && !found.contains($0) }
    outcome = isMissing || (filtered.hasNext && found.isEmpty && newest > 0) ? .refused : .work
  }
}
