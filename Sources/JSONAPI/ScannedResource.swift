/// What the mirror keeps of one resource object that was scanned: its stored form and the few values that are columns.
package struct ScannedResource: Sendable {
  /// The resource type, such as `node--topic`.
  package var type: String
  package var uuid: ResourceUUID
  /// `attributes.changed` in Unix seconds; nil where the resource shows none.
  package var changed: Int64?
  /// The entity's serial number: the first `drupal_internal__…` attribute (reference 2.5).
  package var internalID: Int64?
  /// The name of that attribute, such as `drupal_internal__nid`.
  package var idAttribute: String?
  /// The revision that the links carry (`resourceVersion=id:N`).
  package var revision: Int64?
  /// The stored form (`SplicePoint`).
  package var document: [UInt8]
  /// Its splice points.
  package var splices: [UInt8]
  /// Every identifier of every relationship, in document order.
  package var linkage: [ScannedLinkage]
  /// Whether the object has relationships or more than a label: the site shows label-only objects of what an account may not
  /// see (reference 2.8), and those must not replace what is stored.
  package var isLabelOnly: Bool
}

/// One resource identifier in one relationship.
package struct ScannedLinkage: Sendable, Hashable {
  /// The relationship's name.
  package var field: String
  /// Its place in the relationship, from 0.
  package var delta: Int
  /// The type of its target.
  package var targetType: String
  /// The target; nil for `missing`, `virtual` and anything else that is no UUID.
  package var target: ResourceUUID?
}

/// A page of a collection that was scanned.
package struct ScannedPage: Sendable {
  /// The resources in `data`, in order.
  package var resources: [ScannedResource] = []
  /// The URLs of what was left out for lack of access (`meta.omitted.links`, reference 2.4).
  package var omitted: [String] = []
  /// Whether `links.next` is there: the only sign that more follows (reference 3.5).
  package var hasNext = false
  /// The offset in `links.next`: where the site itself says that the next page begins. Nil where it has none that can be read.
  package var nextOffset: Int?
  /// How many rows at the beginning of the page, from the offset that was asked for on, the site did not give in any way: they
  /// were stepped over.
  package var skipped = 0
  /// The size of the page in bytes as it came, after content decoding.
  package var bytes = 0
  /// When the site made it, by its own `Date`, Unix seconds: long ago where a cache kept it. Nil when it did not say. Nothing that
  /// happened later is on it.
  package var madeAt: Int64?
}
