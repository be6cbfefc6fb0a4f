import JSONAPI
import OpenSocial

/// The description in the form that sites have: OpenAPI 2.0 (reference 8), with what theirs says wrongly mended.
package struct SwaggerDocument: Sendable {
  /// The whole document.
  package let json: JSON

  /// Describes an API.
  package init(_ api: DescribedAPI) {
    let scheme = api.origin.hasPrefix("https:") ? "https" : "http"
    let host = api.origin.firstRange(of: "://").map { String(api.origin[$0.upperBound...]) } ?? api.origin
    let basePath = api.place + (api.isBelowEntryPoint ? api.apiPath : "")
    let mediaType: JSON = ["application/vnd.api+json"]
    let info = JSON.make([
      "description": .string(Words.introduction), "title": .string("\(api.title) - JSON API"),
      "version": "Versioning not supported",
    ])
    var definitions = JSONObject()
    for type in api.types { definitions[type.name] = SwaggerDocument.definition(of: type) }
    json = .make([
      "swagger": "2.0", "schemes": .array([.string(scheme)]), "info": info, "host": .string(host),
      "basePath": .string(basePath.isEmpty ? "/" : basePath), "securityDefinitions": SwaggerDocument.security(api),
      "security": SwaggerDocument.needing(["read"]), "tags": .array(api.types.map(SwaggerDocument.tag)),
      "definitions": .object(definitions), "consumes": mediaType, "produces": mediaType,
      "parameters": SwaggerParameters.shared, "responses": SwaggerResponses.shared, "paths": SwaggerDocument.paths(api),
      "x-mirror-routes": .array(Words.routes.map { SwaggerDocument.route($0, api) }),
    ])
  }

  private static let schemas = AttributeSchemas(dialect: .swagger)
  private static let linkage = LinkageSchemas(dialect: .swagger)

  /// Those of all types, in the order of the types' names.
  private static func paths(_ api: DescribedAPI) -> JSON {
    let cut = api.isBelowEntryPoint ? api.apiPath.utf8.count : 0
    var paths = JSONObject()
    let types = api.types.sorted {
      DescribedRoute.order($0.name).lexicographicallyPrecedes(DescribedRoute.order($1.name))
    }
    for type in types {
      let collection = String(Substring(type.path.utf8.dropFirst(cut)))
      for route in type.routes {
        var operations = JSONObject()
        for operation in route.operations {
          operations[operation.method] = SwaggerOperation(operation: operation, api: api).json
        }
        paths[collection + route.rest] = .object(operations)
      }
    }
    return .object(paths)
  }

  private static func definition(of type: DescribedType) -> JSON {
    let subject = type.hasBundles ? "\(type.entityType):\(type.bundle)" : type.entityType
    let details =
      type.hasBundles
      ? "Describes the payload for '\(type.entityType)' entities of the '\(type.bundle)' bundle."
      : "Describes the payload for '\(type.entityType)' entities."
    return linkage.document(resource(type), title: "\(subject) Schema", details: details)
  }

  private static func resource(_ type: DescribedType) -> JSON {
    let name = JSON.make([
      "type": "string", "title": "type", "description": "Resource type", "enum": .strings([type.name]),
    ])
    let id = JSON.make(["type": "string", "title": "Resource ID", "format": "uuid", "maxLength": 128])
    let properties = JSONObject([
      ("type", name), ("id", id), ("attributes", schemas.attributes(of: type)),
      ("relationships", linkage.relationships(of: type)), ("links", linkage.links), ("meta", linkage.meta),
    ])
    return .make([
      "description": "\"Resource objects\" appear in a JSON:API document to represent resources.", "type": "object",
      "required": ["type", "id"], "properties": .object(properties), "additionalProperties": false,
    ])
  }

  private static func tag(_ type: DescribedType) -> JSON {
    guard type.hasBundles else { return .make(["name": .string(type.label)]) }
    return .make([
      "name": .string(type.label), "description": .string(type.details),
      "x-entity-type": .string(type.entityType), "x-definition": .make(["$ref": .string(reference(to: type.name))]),
    ])
  }

  /// Where the definition of a type stands.
  /// - Parameter part: what follows within it, such as `/properties/data`.
  static func reference(to type: String, _ part: String = "") -> String {
    "#/definitions/\(SchemaName.pointer(type))\(part)"
  }

  // MARK: Who may ask

  /// The ways to a token, each of its own in this form.
  private static func security(_ api: DescribedAPI) -> JSON {
    let base = api.origin + api.place
    let (token, page) = (JSON.string("\(base)/oauth/token"), JSON.string("\(base)/oauth/authorize"))
    func flow(_ name: String, authorization: JSON? = nil) -> JSON {
      .make([
        "type": "oauth2", "flow": .string(name), "authorizationUrl": authorization, "tokenUrl": token, "scopes": scopes,
      ])
    }
    return .object(
      JSONObject([
        ("oauth2", flow("password")), ("oauth2_client_credentials", flow("application")),
        ("oauth2_authorization_code", flow("accessCode", authorization: page)),
      ]))
  }

  /// What scopes let a client do.
  static let scopes = JSON.make(["read": "Read what may be seen", "write": "Change what may be changed"])

  /// A token with these scopes, however it was got.
  static func needing(_ scopes: [String]) -> JSON {
    let ways = ["oauth2", "oauth2_client_credentials", "oauth2_authorization_code"]
    return .array(ways.map { .object(JSONObject([($0, .strings(scopes))])) })
  }

  private static func route(_ route: (method: String, path: String, summary: String), _ api: DescribedAPI) -> JSON {
    .make([
      "method": .string(route.method), "path": .string(api.place + route.path), "summary": .string(route.summary),
    ])
  }
}
