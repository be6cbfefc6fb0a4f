import JSONAPI
import Store

/// How one type's collection is read, as decisions only: which page to ask for, what a page means, what may be remembered.
package protocol CollectionPull: Sendable {
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
  package func rows(of page: ScannedPage) -> [ScannedResource] { page.resources }
  /// It is relied on.
  package var distrustsOrder: Bool { false }
}

/// The decisions of the engine that a simulation replaces by wrong ones, to show that it notices.
package struct Deciders: Sendable {
  /// What a pull begins with.
  package struct Start: Sendable, Hashable {
    package var type: String
    package var idAttribute: String
    /// How far the type has been read.
    package var cursor: Cursor
    /// The site's clock at the start of the round, Unix seconds.
    package var siteTime: Int64
    /// How long a write may take to show, in seconds (reference 6.5, W).
    package var window: Int64
    /// Rows of a page.
    package var limit: Int

    /// A beginning.
    package init(
      type: String, idAttribute: String, cursor: Cursor, siteTime: Int64, window: Int64, limit: Int
    ) {
      self.type = type
      self.idAttribute = idAttribute
      self.cursor = cursor
      self.siteTime = siteTime
      self.window = window
      self.limit = limit
    }
  }

  /// Reads a type whose filters work.
  package var pull: @Sendable (Start) -> any CollectionPull = { KeysetPull($0) }
  /// Reads a type whose filters do not.
  package var walk: @Sendable (Start) -> any CollectionPull = { DescendingWalk($0) }
  /// What is taken from a page of a collection.
  package var see: @Sendable (ScannedPage) -> ScannedPage = { $0 }
  /// Reads all of a type whose filters do not work and whose order cannot be relied on.
  package var whole: @Sendable (Start) -> any CollectionPull = { WholeReading($0) }
  /// Whether a pass that was cut short is followed by one over what has changed since it began.
  package var followsResumedPass = true
  /// What an error says about a single resource; nil when it concerns more than that.
  package var verdict: @Sendable (any Error) -> Verdict? = Verdict.init
  /// How many rows are stepped over where a page of so many failed.
  package var steppedOver: @Sendable (_ rows: Int) -> Int = { $0 == 1 ? 1 : 0 }
  /// Whether too many of the resources that had a member have lost it (`sync.maxRemovalShare`).
  package var losesTooMuch: @Sendable (_ count: LostFields.Count, _ share: Double) -> Bool = {
    FieldEvidence.isTooMuch($0, share: $1)
  }

  /// The right ones.
  package init() {}
}
