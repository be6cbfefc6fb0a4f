import JSONAPI

/// The place of a resource in the one order in which a type is read: `changed`, then serial number (reference 6.5). Serial
/// numbers are unique, so no two resources share a key however many share a second.
struct PullKey: Sendable, Hashable, Comparable {
  /// Unix seconds.
  var changed: Int64
  /// The serial number of the entity.
  var internalID: Int64

  /// A key.
  init(changed: Int64, internalID: Int64) {
    self.changed = changed
    self.internalID = internalID
  }

  /// The key of a resource; nil when it shows too little (a label-only object, reference 2.8).
  init?(_ resource: ScannedResource) {
    guard let changed = resource.changed, let internalID = resource.internalID else { return nil }
    self.init(changed: changed, internalID: internalID)
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.changed, left.internalID) < (right.changed, right.internalID)
  }
}
