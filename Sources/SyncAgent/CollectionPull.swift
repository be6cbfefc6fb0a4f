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
  /// What may be remembered with the rows handed out so far; nil leaves the cursor where it is.
  var settled: PullKey? { get }
  /// Takes the next page.
  /// - Throws: `UntrustworthyPage` when it cannot be the page that was asked for; then nothing has changed.
  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage)
  /// What of the page just accepted is stored now.
  func rows(of page: ScannedPage) -> [ScannedResource]
}

extension CollectionPull {
  /// All of it.
  package func rows(of page: ScannedPage) -> [ScannedResource] { page.resources }
}

/// The decisions of the engine that a simulation replaces by wrong ones, to show that it notices.
package struct Deciders: Sendable {
  /// What a pull begins with.
  package struct Start: Sendable {
    package var type: String
    package var idAttribute: String
    /// The last settled key.
    package var settled: PullKey
    /// The last second that counts as settled, Unix seconds.
    package var horizon: Int64
    /// Rows of a page.
    package var limit: Int
  }

  /// Reads a type whose filters work.
  package var pull: @Sendable (Start) -> any CollectionPull = { KeysetPull($0) }
  /// Reads a type whose filters do not.
  package var walk: @Sendable (Start) -> any CollectionPull = { DescendingWalk($0) }
  /// What is taken from a page of a collection.
  package var see: @Sendable (ScannedPage) -> ScannedPage = { $0 }
  /// What an error says about a single resource; nil when it concerns more than that.
  package var verdict: @Sendable (any Error) -> Verdict? = Verdict.init

  /// The right ones.
  package init() {}
}
