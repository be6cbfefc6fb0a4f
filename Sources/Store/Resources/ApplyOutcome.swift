import JSONAPI

/// What applying pages did.
package struct ApplyOutcome: Sendable, Equatable {
  package var inserted = 0
  package var updated = 0
  package var unchanged = 0
  /// The resources that were inserted or updated, up to 200 of them.
  package var changes: [Change] = []
  /// What was set aside and was not before.
  package var setAside: [SetAside] = []

  /// One resource that is new or different.
  package struct Change: Sendable, Equatable {
    package var type: String
    package var uuid: ResourceID
    package var isNew: Bool
  }

  mutating func note(_ resource: ScannedResource, isNew: Bool) {
    if isNew { inserted += 1 } else { updated += 1 }
    if changes.count < 200 { changes.append(Change(type: resource.type, uuid: resource.uuid, isNew: isNew)) }
  }
}
