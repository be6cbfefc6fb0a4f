import JSONAPI
import Store

/// How one type's collection is read, as decisions only: which page to ask for, what a page means, what may be remembered.
protocol CollectionPull: Sendable {
  /// The next page to ask for.
  var parameters: QueryParameters { get }
  /// Whether the collection has been read as far as it has to be.
  var isComplete: Bool { get }
  /// Whether any page showed anything, be it as left out.
  var hasSeenAnything: Bool { get }
  /// Whether the order in which pages came cannot be relied on, so that the type has to be read whole.
  var distrustsOrder: Bool { get }
  /// What may be remembered with the rows handed out so far; nil leaves the cursor where it is.
  var cursor: Cursor? { get }
  /// Takes the next page.
  /// - Throws: `UntrustworthyPage` when it cannot be the page that was asked for; then nothing has changed.
  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage)
  /// What of the page just accepted is stored now.
  func rows(of page: ScannedPage) -> [ScannedResource]
}

extension CollectionPull {
  /// All of it.
  func rows(of page: ScannedPage) -> [ScannedResource] { page.resources }
  /// It is relied on.
  var distrustsOrder: Bool { false }
}
