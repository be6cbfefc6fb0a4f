import JSONAPI
import Store

/// A type read whole, by serial number and without a filter: the way that is left where filters show nothing, or less, and the order
/// of `changed` cannot be relied on because translations have times of their own. As decisions only.
struct WholeReading: CollectionPull {
  private let start: PullStart
  private var listing: SweepListing
  private var sum = PassSum()

  /// A reading from the beginning on.
  init(_ start: PullStart) {
    self.start = start
    listing = SweepListing(
      type: start.type, idAttribute: start.idAttribute, method: .offsets, limit: start.limit, from: SweepState())
  }

  var parameters: QueryParameters { listing.parameters }
  var isComplete: Bool { listing.isComplete }
  var hasSeenAnything: Bool { listing.hasSeenAnything }
  var cursor: Cursor? {
    guard isComplete else { return nil }
    return sum.finished(start.cursor, begun: start.siteTime, window: start.window)
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    _ = try listing.accept(page)
    sum.note(page)
  }
}
