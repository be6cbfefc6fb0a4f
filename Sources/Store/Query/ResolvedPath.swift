import JSONAPI
import OpenSocial

/// Where a filter or sort path leads: relationships to follow, then what is compared (reference 3.2, Paths).
struct ResolvedPath: Hashable {
  /// One relationship to follow.
  struct Hop: Hashable {
    var name: String
    /// Only the target in this place.
    var delta: Int64?
    /// Only targets of this entity type, or of this type where the name has two dashes.
    var entityType: String?
    /// The entity type of all its targets; nil where they differ or are unknown.
    var targetEntityType: String?
  }

  /// Something in the document of the row.
  struct Value: Hashable {
    var attribute: String
    var property: [String]
    var delta: Int64?
    var isList: Bool
    var kind: TypeSchema.Kind
    /// Whether it compares byte by byte.
    var isBinary: Bool
    /// Whether equality is the database's `LIKE`, in which spaces at the end count.
    var comparesByLike = false

    /// The path in the document, as far as the attribute.
    var attributePath: String { "$.attributes.\(PathKey.quoted(attribute))" }
    /// The path from there.
    var propertyPath: String { property.map { "." + PathKey.quoted($0) }.joined() }
  }

  enum Leaf: Hashable {
    /// The UUID of the row.
    case uuid
    /// The serial number of the row.
    case serial
    case changed
    case value(Value)
    /// A relationship itself, for IS NULL and IS NOT NULL.
    case link(Hop)
    /// The serial number of a relationship's target.
    case targetID(Hop)
    /// Another member of its identifiers' `meta`.
    case linkMeta(Hop, String, TypeSchema.Kind)
    /// The machine name of the row's bundle.
    case bundle
    /// Configuration, of which the site knows the fields and cannot filter by them; its kind as messages call it.
    case configuration(String)
    /// Always there, but not known.
    case alwaysSet
    /// Nothing is known of it: it equals nothing.
    case unknown

    /// Whether it stands in the row itself.
    var isOfRow: Bool {
      switch self {
      case .configuration: false
      default: true
      }
    }
  }

  var hops: [Hop]
  var leaf: Leaf
  /// The types that the leaf may belong to.
  var types: [ServedType]

  /// Whether it is the number of the row itself, or of its revision.
  var isNumberOfRow: Bool {
    guard hops.isEmpty else { return false }
    return switch leaf {
    case .serial: true
    case .value(let value): FieldDescription(value.attribute).isCoreRevisionNumber
    default: false
    }
  }
}

extension PathKey {
  /// The key of a value that an index can hold; nil for one place of a list, and for properties in lists.
  init?(_ value: ResolvedPath.Value) {
    guard !value.isList || value.delta == nil && value.property.isEmpty, value.property.count <= 1 else { return nil }
    self.init(attribute: value.attribute, property: value.property.first)
  }
}

extension ValueClass {
  init(_ value: ResolvedPath.Value) {
    switch value.kind {
    case .bool, .number: self = .number
    case .time: self = .time
    case .dateTime: self = .dateTime
    case .null, .text, .array, .object: self = value.isBinary ? .binary : .text
    }
  }
}
