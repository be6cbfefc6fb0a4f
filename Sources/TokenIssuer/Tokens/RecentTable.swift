/// A table that is bounded by use. Two halves: when the young one is full, it becomes the old one, whose keys that nobody used since are
/// forgotten.
package struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]
  private let half: Int

  /// An empty table.
  /// - Parameter half: how many keys one half keeps, 1 or more.
  package init(half: Int) { self.half = half }

  /// How many keys are kept.
  package var count: Int { young.count + old.count }

  /// The value of a key, which is not used by that.
  package subscript(key: Key) -> Value? { young[key] ?? old[key] }

  /// The value of a key, which is used by that.
  package mutating func use(_ key: Key) -> Value? {
    if let value = young[key] { return value }
    guard let value = old.removeValue(forKey: key) else { return nil }
    insert(value, for: key)
    return value
  }

  /// Keeps a value in the place of the one before.
  package mutating func keep(_ value: Value, for key: Key) {
    old[key] = nil
    insert(value, for: key)
  }

  /// Forgets a key.
  package mutating func remove(_ key: Key) {
    young[key] = nil
    old[key] = nil
  }

  /// Forgets the keys of some values.
  package mutating func removeAll(where isOver: (Value) -> Bool) {
    young = young.filter { !isOver($0.value) }
    old = old.filter { !isOver($0.value) }
  }

  private mutating func insert(_ value: Value, for key: Key) {
    if young.count >= half, young[key] == nil {
      old = young
      young = [:]
    }
    young[key] = value
  }
}
