import JSONAPI
import OpenSocial

/// What relationships show, and what the parts of documents are that all types have alike.
struct LinkageSchemas: Sendable {
  let dialect: Dialect

  /// All relationships of a type.
  func relationships(of type: DescribedType) -> JSON {
    var properties = JSONObject()
    for field in type.relationships { properties[field.name] = relationship(field, in: type) }
    return .make([
      "description": "Entity relationships", "type": "object", "additionalProperties": false,
      "properties": .object(properties),
    ])
  }

  private func relationship(_ field: FieldDescription, in type: DescribedType) -> JSON {
    let properties = JSONObject([("data", linkage(field, in: type)), ("links", links), ("meta", meta)])
    // Of a list of which the site shows nothing it shows an empty array in the place of the relationship.
    let mayBeBare = field.isList && (field.learned?.targets ?? []).isEmpty
    return .make([
      "type": mayBeBare ? nil : "object", "required": ["data"], "properties": .object(properties),
      "title": .string(field.title),
      "description": field.learned?.words?.details.map { .string($0) },
    ])
  }

  /// The linkage of a relationship: an identifier or null, or a list of them.
  func linkage(_ field: FieldDescription, in type: DescribedType) -> JSON {
    let identifier = identifier(field, in: type)
    return field.isList ? .make(["type": "array", "items": identifier]) : dialect.nullable(identifier)
  }

  /// A document whose data is a relationship's linkage.
  func linkageDocument(_ field: FieldDescription, in type: DescribedType) -> JSON {
    let properties = JSONObject([
      ("data", linkage(field, in: type)), ("links", links), ("meta", meta), ("jsonapi", jsonapi),
    ])
    return .make(["type": "object", "required": ["data"], "properties": .object(properties)])
  }

  private func identifier(_ field: FieldDescription, in type: DescribedType) -> JSON {
    let seen = type.targets(of: field)
    // Where nothing says what it may lead to, it may lead to more than was seen.
    let isClosed = !type.declaredTargets(of: field).isEmpty
    let name = JSON.make([
      "title": "Resource type name", "type": "string", "enum": isClosed ? .strings(seen) : nil,
      "minLength": isClosed ? nil : 1,
      "description": isClosed || seen.isEmpty ? nil : .string("So far: \(seen.joined(separator: ", "))."),
    ])
    let id = JSON.make([
      "title": "Resource ID", "type": "string", "minLength": 1,
      "description": "A UUID; `missing` or `virtual` for a target that is not there.",
    ])
    let properties = JSONObject([("type", name), ("id", id), ("meta", identifierMeta(field))])
    return .make(["type": "object", "required": ["type", "id"], "properties": .object(properties)])
  }

  /// The target's number in the site's database, which no client sends, and what goes with a reference such as an image's text.
  private func identifierMeta(_ field: FieldDescription) -> JSON {
    var properties = JSONObject()
    properties[ResourceIdentifier.targetNumber] =
      field.configuration == nil ? .make(["type": "integer"]) : .make(["type": "string"])
    for property in field.learned?.properties ?? [] where !FieldDescription.isOfIdentifier(property.name) {
      let kind: JSON? =
        switch property.kind {
        case .bool: "boolean"
        case .number: "number"
        case .text, .time, .dateTime: "string"
        case .null, .array, .object: nil
        }
      properties[property.name] = dialect.nullable(.make(["type": kind]))
    }
    return .make(["type": "object", "properties": .object(properties), "additionalProperties": true])
  }

  // MARK: What all documents have

  /// Any members.
  var meta: JSON { shared("meta") ?? metaSchema }
  /// Links by their names.
  var links: JSON { shared("links") ?? linksSchema }
  /// The member `jsonapi`.
  var jsonapi: JSON { shared("jsonapi") ?? jsonapiSchema }
  /// A resource of whatever type.
  var anyResource: JSON { shared("resource") ?? anyResourceSchema }

  /// The schemas that all types have alike, by the ends of their names.
  var sharedSchemas: [(String, JSON)] {
    [("meta", metaSchema), ("links", linksSchema), ("jsonapi", jsonapiSchema), ("resource", anyResourceSchema)]
  }

  /// Where a schema stands that all types have alike; nil where it is written out each time, as sites do.
  private func shared(_ name: String) -> JSON? {
    dialect == .openAPI ? .make(["$ref": .string("#/components/schemas/shared.\(name)")]) : nil
  }

  private var metaSchema: JSON {
    .make([
      "description": "Non-standard meta-information that can not be represented as an attribute or relationship.",
      "type": "object", "additionalProperties": true,
    ])
  }

  private var linksSchema: JSON {
    let href = JSON.make(["type": "string", "format": "uri-reference"])
    let link = JSON.make([
      "type": "object", "required": ["href"],
      "properties": .object(JSONObject([("href", href), ("meta", meta)])),
    ])
    return .make(["type": "object", "additionalProperties": link])
  }

  private var jsonapiSchema: JSON {
    let version = JSON.make(["type": "string"])
    return .make([
      "description": "An object describing the server's implementation", "type": "object",
      "properties": .object(JSONObject([("version", version), ("meta", meta)])),
    ])
  }

  private var anyResourceSchema: JSON {
    let text = JSON.make(["type": "string"])
    let members = JSON.make(["type": "object", "additionalProperties": true])
    let properties = JSONObject([
      ("type", text), ("id", text), ("attributes", members), ("relationships", members), ("links", links),
      ("meta", meta),
    ])
    return .make(["type": "object", "required": ["type", "id"], "properties": .object(properties)])
  }

  /// A document around some data.
  func document(_ data: JSON, title: String?, details: String?) -> JSON {
    let included = JSON.make(["type": "array", "items": anyResource])
    let properties = JSONObject([
      ("data", data), ("included", included), ("meta", meta), ("links", links), ("jsonapi", jsonapi),
    ])
    return .make([
      "title": title.map { .string($0) }, "description": details.map { .string($0) }, "type": "object",
      "required": ["data"], "properties": .object(properties), "additionalProperties": true,
    ])
  }
}
