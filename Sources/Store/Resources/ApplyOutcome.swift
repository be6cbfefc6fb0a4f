import JSONAPI

/// What applying pages did.
package struct ApplyOutcome: Sendable, Equatable {
  /// Resources that were not stored before.
  package var inserted = 0
  /// Resources that were stored and are different now.
  package var updated = 0
  /// Resources that were not written: they were as they are, or, of a pull, what was changed or sent from here stands before them.
  package var unchanged = 0
  /// The resources that were inserted or updated, up to 200 of them.
  package var changes: [Change] = []
  /// What was set aside and was not before.
  package var setAside: [SetAside] = []

  /// One resource that is new or different.
  package struct Change: Sendable, Equatable {
    /// The resource's type, such as `node--topic`.
    package var type: String
    /// The resource's id, as the site writes it.
    package var uuid: ResourceID
    /// Whether it was not stored before.
    package var isNew: Bool
  }

  mutating func note(_ resource: ScannedResource, isNew: Bool) {
    if isNew { inserted += 1 } else { updated += 1 }
    if changes.count < 200 { changes.append(Change(type: resource.type, uuid: resource.uuid, isNew: isNew)) }
  }
}
