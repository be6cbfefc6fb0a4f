import JSONAPI
import OpenSocial

/// What values attributes have, as they are sent: the site's own description shows them as they are in its code (reference 8).
struct AttributeSchemas: Sendable {
  let dialect: Dialect

  /// All attributes of a type, none of which has to be there: a client may ask for some of them alone.
  func attributes(of type: DescribedType) -> JSON {
    var properties = JSONObject()
    for attribute in type.attributes { properties[attribute.name] = schema(of: attribute) }
    return .make([
      "description": "Entity attributes", "type": "object", "additionalProperties": false,
      "properties": .object(properties),
    ])
  }

  /// One attribute. Any may be null: the site has not made it yet, or nobody has set it.
  func schema(of attribute: FieldDescription) -> JSON {
    var schema = value(of: attribute)
    if attribute.isList { schema = .make(["type": "array", "items": schema]) }
    schema = dialect.nullable(schema).with([
      "title": .string(attribute.title), "description": details(of: attribute),
      "readOnly": attribute.isReadOnly ? true : nil,
    ])
    return attribute.isNeverShown ? dialect.writeOnly(schema) : schema
  }

  private func details(of attribute: FieldDescription) -> JSON? {
    if attribute.isSecret { return "It is sent and never shown." }
    if attribute.isCreateOnly { return "The site makes it of the content that was uploaded." }
    if let choices = attribute.choices {
      return .string("Every site has the values \(choices.sorted().joined(separator: ", ")); it may have more.")
    }
    return attribute.learned?.words?.details.map { .string($0) }
  }

  private func value(of attribute: FieldDescription) -> JSON {
    switch attribute.kind {
    case .object: composite(AttributeSchemas.properties(of: attribute))
    case .text:
      AttributeSchemas.bare(.text, attribute.name).with(["maxLength": attribute.longest.map { JSON.integer($0) }])
    case .number where attribute.isNumber || attribute.isSerialNumber || attribute.isCreateOnly:
      .make(["type": "integer"])
    case let kind: AttributeSchemas.bare(kind, attribute.name)
    }
  }

  private func composite(_ properties: [TypeSchema.Property]) -> JSON {
    var members = JSONObject()
    for property in properties {
      let schema = dialect.nullable(AttributeSchemas.bare(property.kind, property.name))
      let isComputed = FieldDescription.computedProperties.contains(property.name)
      members[property.name] = schema.with(["readOnly": isComputed ? true : nil])
    }
    // Of values that core makes it is known that they have no other parts; the site refuses those.
    let isWhole = FieldDescription.fieldType(properties.map(\.name)) != nil
    return .make([
      "type": "object", "properties": .object(members), "additionalProperties": isWhole ? false : nil,
    ])
  }

  /// The parts of a value: those that were learned, else those that core fixes.
  static func properties(of attribute: FieldDescription) -> [TypeSchema.Property] {
    let learned = FieldDescription.completed(attribute.learned?.properties ?? [])
    return learned.isEmpty ? attribute.fixedProperties : learned
  }

  /// A value of one part. Where nothing was seen, it may be anything.
  private static func bare(_ kind: TypeSchema.Kind, _ name: String) -> JSON {
    switch kind {
    case .null: .make([:])
    case .bool: .make(["type": "boolean"])
    case .number: .make(["type": "number"])
    case .text: .make(["type": "string"])
    case .time, .dateTime: .make(["type": "string", "format": "date-time"])
    case .array: .make(["type": "array", "items": .make([:])])
    case .object: .make(["type": "object"])
    }
  }
}

extension DescribedType {
  /// What a new resource cannot do without, and has to have a value: the one text, where the type has it under its usual name.
  func neededAttributes(_ dialect: Dialect) -> JSON? {
    guard let name = FieldDescription.requiredText(of: entityType), attributes.contains(where: { $0.name == name })
    else { return nil }
    let needed = JSON.make(["type": "object", "required": .strings([name])])
    switch dialect {
    case .swagger:
      let text = JSON.make(["type": "string", "minLength": 1])
      return needed.with(["properties": .object(JSONObject([(name, text)]))])
    case .openAPI:
      // Programs that make types of schemas cannot join two kinds of one attribute.
      let none = JSON.make(["type": "null"])
      return needed.with(["not": .make(["properties": .object(JSONObject([(name, none)]))])])
    }
  }
}
