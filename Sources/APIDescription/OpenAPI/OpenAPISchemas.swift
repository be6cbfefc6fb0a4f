import JSONAPI
import OpenSocial

/// The schemas of a description in OpenAPI 3.1. Each stands for itself, so that programs can make types of them.
struct OpenAPISchemas {
  let api: DescribedAPI

  /// What there is of each type.
  enum Part: String {
    /// A resource object.
    case resource = ""
    case attributes = ".attributes"
    case relationships = ".relationships"
    /// A document with one.
    case document = ".document"
    /// A document with any number.
    case collection = ".collection"
    /// What is sent to make one.
    case new = ".new"
    /// What is sent to change one.
    case change = ".change"
  }

  private static let values = AttributeSchemas(dialect: .openAPI)
  private static let linkage = LinkageSchemas(dialect: .openAPI)

  static func reference(_ type: String, _ part: Part) -> JSON { reference(type + part.rawValue) }

  /// The linkage of a relationship, as a document.
  static func reference(linkage field: String, of type: String) -> JSON { reference("\(type).\(field).linkage") }

  private static func reference(_ name: String) -> JSON {
    .make(["$ref": .string("#/components/schemas/\(SchemaName.component(name))")])
  }

  var json: JSON {
    var schemas = JSONObject()
    for (name, schema) in OpenAPISchemas.linkage.sharedSchemas { schemas["shared.\(name)"] = schema }
    schemas["shared.errors"] = ErrorSchemas.document
    for type in api.types {
      func set(_ part: Part, _ schema: JSON) { schemas[SchemaName.component(type.name + part.rawValue)] = schema }
      let resource = OpenAPISchemas.reference(type.name, .resource)
      set(.resource, OpenAPISchemas.resource(type))
      set(.attributes, OpenAPISchemas.values.attributes(of: type))
      set(.relationships, OpenAPISchemas.linkage.relationships(of: type))
      set(.document, OpenAPISchemas.document(resource))
      set(.collection, OpenAPISchemas.document(.make(["type": "array", "items": resource])))
      set(.new, OpenAPISchemas.sent(type, isNew: true))
      set(.change, OpenAPISchemas.sent(type, isNew: false))
      for field in type.relationships {
        schemas[SchemaName.component("\(type.name).\(field.name).linkage")] =
          OpenAPISchemas.linkage.linkageDocument(field, in: type)
      }
    }
    return .object(schemas)
  }

  /// A document around some data.
  static func document(_ data: JSON) -> JSON { linkage.document(data, title: nil, details: nil) }

  private static func resource(_ type: DescribedType) -> JSON {
    let properties = JSONObject([
      ("type", name(type)), ("id", id), ("attributes", reference(type.name, .attributes)),
      ("relationships", reference(type.name, .relationships)), ("links", linkage.links), ("meta", linkage.meta),
    ])
    let schema = JSON.make([
      "title": .string(type.label), "type": "object", "required": ["type", "id"], "properties": .object(properties),
    ])
    return Dialect.openAPI.showing(Examples.resource(of: type, isSent: false), schema)
  }

  /// A new resource may come with an id and must come with its label; a change names the resource.
  private static func sent(_ type: DescribedType, isNew: Bool) -> JSON {
    var attributes = reference(type.name, .attributes)
    if isNew, let needed = type.neededAttributes(.openAPI) {
      attributes = .make(["allOf": .array([attributes, needed])])
    }
    let properties = JSONObject([
      ("type", name(type)), ("id", id), ("attributes", attributes),
      ("relationships", reference(type.name, .relationships)),
    ])
    let data = JSON.make([
      "type": "object", "required": .strings(isNew ? ["type", "attributes"] : ["type", "id"]),
      "properties": .object(properties),
    ])
    let schema = JSON.make([
      "type": "object", "required": ["data"], "properties": .object(JSONObject([("data", data)])),
    ])
    guard isNew else { return schema }
    return Dialect.openAPI.showing(.make(["data": Examples.resource(of: type, isSent: true)]), schema)
  }

  private static func name(_ type: DescribedType) -> JSON { .make(["type": "string", "const": .string(type.name)]) }

  private static var id: JSON { .make(["type": "string", "format": "uuid"]) }
}
