import JSONAPI

/// A stored resource that a sweep did not see.
package struct SweepCandidate: Sendable, Hashable {
  /// The interned (type, UUID).
  package var id: Int64
  /// The resource's id.
  package var uuid: ResourceID
  /// Nil for a resource of which only the label is stored.
  package var internalID: Int64?
  /// Whether the listing named it as left out for lack of access.
  package var isOmitted: Bool
  /// Whether it has a tombstone already and was kept.
  package var isKept: Bool
  /// What the site has said of it in this sweep; nil while it was not asked.
  package var verdict: Verdict?

  /// What a single request for it said.
  package struct Verdict: Sendable, Hashable {
    /// In which way it is gone; nil where the answer decided nothing.
    package var kind: Tombstone.Kind?
    /// How it was learned, for people.
    package var how: String

    /// A verdict.
    package init(_ kind: Tombstone.Kind?, how: String) {
      self.kind = kind
      self.how = how
    }
  }
}
