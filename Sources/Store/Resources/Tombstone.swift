import JSONAPI

/// A resource that is gone from the mirror, or would be if it were not kept.
package struct Tombstone: Sendable, Hashable {
  /// Why (reference 6.3).
  package enum Kind: String, Sendable, CaseIterable {
    /// The site answers 404.
    case deleted
    /// The site answers 403 and does not list it.
    case hidden
    /// The site answers 403 and lists it as left out: unpublished, or closed to the account in another way.
    case unpublished
  }

  /// The resource's type, such as `node--topic`.
  package var type: String
  /// The resource's id, as the site last wrote it.
  package var uuid: ResourceID
  /// In which way it is gone.
  package var kind: Kind
  /// When it was learned, the site's Unix seconds.
  package var learned: Int64
  /// How it was learned, for people.
  package var how: String
  /// Whether the resource is still stored.
  package var isKept: Bool
}
