import JSONAPI
import OpenSocial

/// Examples that are made of what is known of a type, and of nobody's content. What tells of a person is left out.
enum Examples {
  private static let id: JSON = "3f2b8c64-6a7e-4d0b-9b53-6d2c5a1e8f70"
  private static let time: JSON = "2026-01-31T12:00:00+00:00"

  /// A resource of a type as it is read; as it is sent, without what the site alone sets.
  static func resource(of type: DescribedType, isSent: Bool) -> JSON {
    var attributes = JSONObject()
    for attribute in type.attributes where !attribute.isPersonal && !attribute.isNeverShown {
      if isSent, attribute.isReadOnly || attribute.isClosed || attribute.isAboutRevision { continue }
      if let value = value(of: attribute, isSent: isSent) { attributes[attribute.name] = value }
    }
    var relationships = JSONObject()
    for field in type.relationships where !field.isPersonal {
      guard let target = type.targets(of: field).first, field.configuration == nil else { continue }
      let identifier = JSON.make(["type": .string(target), "id": id])
      relationships[field.name] = .make(["data": field.isList ? .array([identifier]) : identifier])
    }
    return .make([
      "type": .string(type.name), "id": isSent ? nil : id, "attributes": .object(attributes),
      "relationships": isSent || relationships.isEmpty ? nil : .object(relationships),
    ])
  }

  private static func value(of attribute: FieldDescription, isSent: Bool) -> JSON? {
    if let choice = attribute.choices?.sorted().first { return .string(choice) }
    let one: JSON?
    if attribute.kind == .object {
      var members = JSONObject()
      for property in AttributeSchemas.properties(of: attribute) {
        if isSent, FieldDescription.computedProperties.contains(property.name) { continue }
        members[property.name] = bare(property.kind, property.name)
      }
      one = members.isEmpty ? nil : .object(members)
    } else {
      one = bare(attribute.kind, attribute.name)
    }
    return one.map { attribute.isList ? .array([$0]) : $0 }
  }

  private static func bare(_ kind: TypeSchema.Kind, _ name: String) -> JSON? {
    switch kind {
    case .bool: true
    case .number: 1
    case .text: .string(FieldDescription.exampleText(name))
    case .time, .dateTime: time
    case .null, .array, .object: nil
    }
  }
}
