import JSONAPI
import OpenSocial

/// Parameters in OpenAPI 3.1: names with brackets are objects.
enum OpenAPIParameters {
  /// Those that many operations have.
  static var shared: JSON {
    .object(
      JSONObject([
        ("page", deep("page", "Which part of the collection.", page)),
        ("sort", plain("sort", Words.sort, Words.sortPattern)),
        ("include", plain("include", Words.include, Words.includePattern)),
        ("known", header("If-None-Match", Words.known)),
        ("wait", header("Prefer", Words.wait)),
        ("disposition", header("Content-Disposition", Words.disposition, pattern: Words.dispositionPattern)),
      ]))
  }

  static func reference(_ name: String) -> JSON { .make(["$ref": .string("#/components/parameters/\(name)")]) }

  /// Those of the query of a collection.
  static func collection(_ type: DescribedType) -> [JSON] {
    [
      deep("filter", Words.introductionOfFilters, filter(type)), reference("sort"), reference("page"),
      reference("include"), fields(type),
    ]
  }

  /// Which members of resources are shown, for the type that the route is about; others may be named as well.
  static func fields(_ type: DescribedType) -> JSON {
    let text = JSON.make(["type": "string"])
    let schema = JSON.make([
      "type": "object", "properties": .object(JSONObject([(type.name, text)])), "additionalProperties": text,
    ])
    return deep("fields", Words.fields, schema)
  }

  /// The resource that the path names.
  static func resource(_ type: DescribedType) -> JSON {
    .make([
      "name": "entity", "in": "path", "required": true, "schema": .make(["type": "string", "format": "uuid"]),
      "description": .string("The UUID of the resource (\(type.label))"),
    ])
  }

  private static func filter(_ type: DescribedType) -> JSON {
    var properties = JSONObject()
    for (name, kind) in FilterFields.attributes(of: type) { properties[name] = .make(["type": .string(kind)]) }
    for name in FilterFields.relationships(of: type) { properties["\(name).id"] = .make(["type": "string"]) }
    return .make(["type": "object", "properties": .object(properties), "additionalProperties": true])
  }

  private static var page: JSON {
    let offset = JSON.make(["type": "integer", "minimum": 0, "description": .string(Words.offset)])
    let limit = JSON.make(["type": "integer", "minimum": 1, "maximum": 50, "description": .string(Words.limit)])
    return .make([
      "type": "object", "properties": .object(JSONObject([("offset", offset), ("limit", limit)])),
    ])
  }

  private static func deep(_ name: String, _ details: String, _ schema: JSON) -> JSON {
    .make([
      "name": .string(name), "in": "query", "style": "deepObject", "explode": true, "schema": schema,
      "description": .string(details),
    ])
  }

  /// A text: what lists are made of them, programs write in several ways.
  private static func plain(_ name: String, _ details: String, _ pattern: String) -> JSON {
    .make([
      "name": .string(name), "in": "query", "schema": .make(["type": "string", "pattern": .string(pattern)]),
      "description": .string(details),
    ])
  }

  /// - Parameter pattern: of what has to be there; nil for what may be left out.
  private static func header(_ name: String, _ details: String, pattern: String? = nil) -> JSON {
    let schema = JSON.make(["type": "string", "pattern": pattern.map { JSON.string($0) }])
    return .make([
      "name": .string(name), "in": "header", "required": .bool(pattern != nil), "schema": schema,
      "description": .string(details),
    ])
  }
}
