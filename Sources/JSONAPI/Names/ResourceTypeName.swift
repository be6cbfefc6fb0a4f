/// The name of a resource type (reference 1.1): entity type and bundle, such as `node--topic`.
package struct ResourceTypeName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name as documents carry it, such as `node--topic`.
  package let rawValue: String
  /// The entity type's id, such as `node`. An alias without `--` is its own entity type.
  package let entityType: String
  /// The bundle, such as `topic`; the entity type's id where there are no bundles (`user--user`).
  package let bundle: String

  /// Splits a name at its first `--`.
  package init(_ rawValue: String) {
    self.rawValue = rawValue
    let bytes = Array(rawValue.utf8)
    let split = bytes.indices.dropLast().first { bytes[$0] == 0x2D && bytes[$0 + 1] == 0x2D }
    entityType = split.map { String(decoding: bytes[..<$0], as: UTF8.self) } ?? rawValue
    bundle = split.map { String(decoding: bytes[($0 + 2)...], as: UTF8.self) } ?? rawValue
  }

  /// The name of a bundle of an entity type.
  package init(entityType: String, bundle: String) { self.init("\(entityType)--\(bundle)") }

  /// Whether the name tells where the type belongs; an alias without `--` does not.
  package var tellsHome: Bool { entityType.utf8.count < rawValue.utf8.count }

  /// The raw name.
  package var description: String { rawValue }
  /// By the bytes of the name, as the entry point sorts.
  package static func < (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
