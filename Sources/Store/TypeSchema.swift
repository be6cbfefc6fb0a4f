import JSONAPI

/// Which attributes and relationships a type has, in the site's order, read off its newest resource: on the site every
/// resource of a type shows the same members, empty ones as null.
package struct TypeSchema: Sendable {
  /// What kind of value an attribute had.
  package enum Kind: Sendable {
    case null, bool, number, text, time, array, object
  }

  /// Attributes in order.
  package let attributes: [(name: String, kind: Kind)]
  /// Relationships in order.
  package let relationships: [String]

  init(_ document: UnsafeRawBufferPointer) {
    let layout = StoredLayout(document)
    attributes = (layout?.attributes ?? []).map { member in
      (member.name, TypeSchema.kind(UnsafeRawBufferPointer(rebasing: document[member.value])))
    }
    relationships = (layout?.relationships ?? []).map(\.name)
  }

  /// The kind of an attribute; nil when there is none of that name.
  func attribute(_ name: String) -> Kind? { attributes.first { $0.name == name }?.kind }

  private static func kind(_ value: UnsafeRawBufferPointer) -> Kind {
    switch value.first {
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "\""):
      let text = UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1])
      return text.count == 25 && RFC3339.unixSeconds(bytes: text) != nil ? .time : .text
    default: return .number
    }
  }
}

extension ReadSnapshot {
  /// The schema of a type; nil while no resource of it is stored.
  package func schema(of type: ServedType) throws -> TypeSchema? {
    let statement = try connection.statement(
      "SELECT document FROM resource WHERE type = ? ORDER BY internal_id DESC LIMIT 1")
    defer { statement.reset() }
    statement.bind(type.id, at: 1)
    guard try statement.step() else { return nil }
    return TypeSchema(statement.bytes(0))
  }

  /// A type that a relationship of a type leads to; nil while none of its resources has a target.
  func targetType(of field: String, sourceType: ServedType) throws -> ServedType? {
    let statement = try connection.statement(
      """
      SELECT l.target_type FROM resource r
      JOIN relationship l ON l.source = r.id AND l.field = (SELECT id FROM field WHERE name = ?2)
      WHERE r.type = ?1 LIMIT 1
      """)
    defer { statement.reset() }
    statement.bind(sourceType.id, at: 1)
    statement.bind(field, at: 2)
    guard try statement.step() else { return nil }
    return try catalog.type(id: statement.integer(0), connection)
  }
}
