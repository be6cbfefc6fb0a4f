/// What a round of synchronisation does.
package struct SyncSettings: Sendable {
  /// The entity types to mirror; every bundle of them that the entry point links.
  package var entityTypes: [String]
  /// Only these resource or entity types; nil for all.
  package var only: [String]?
  /// Reads everything again, from the beginning.
  package var full = false
  /// How many types are read side by side.
  package var concurrency: Int
  /// How long a write on the site may take to become visible, in seconds (reference 6.5, W).
  package var settleWindowSeconds: Int

  /// Settings of a round.
  package init(entityTypes: [String], concurrency: Int, settleWindowSeconds: Int) {
    self.entityTypes = entityTypes
    self.concurrency = concurrency
    self.settleWindowSeconds = settleWindowSeconds
  }

  /// Whether a resource type (`node--topic`) is to be mirrored.
  func selects(_ type: String) -> Bool {
    let entityType = String(type.prefix { $0 != "-" })
    guard entityTypes.contains(entityType) else { return false }
    return only?.contains { $0 == type || $0 == entityType } ?? true
  }
}
