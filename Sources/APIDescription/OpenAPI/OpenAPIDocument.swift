import JSONAPI
import OpenSocial

/// The description in OpenAPI 3.1: what the other form cannot say is told here, and the mirror's own routes are in it.
package struct OpenAPIDocument: Sendable {
  /// The whole document.
  package let json: JSON

  /// Describes an API.
  package init(_ api: DescribedAPI) {
    let info = JSON.make([
      "title": .string("\(api.title) - JSON API"), "version": "1.0", "description": .string(Words.introduction),
    ])
    let server = JSON.make(["url": .string(api.origin + api.place)])
    let components = JSON.make([
      "schemas": OpenAPISchemas(api: api).json, "parameters": OpenAPIParameters.shared,
      "responses": OpenAPIResponses.shared(api.origin + api.place), "headers": OpenAPIResponses.headers,
      "securitySchemes": OpenAPIDocument.security(api),
    ])
    json = .make([
      "openapi": "3.1.0", "info": info, "servers": .array([server]),
      "security": .array([OpenAPIDocument.needing(["read"])]), "tags": .array(OpenAPIDocument.tags(api)),
      "paths": OpenAPIDocument.paths(api), "components": components,
    ])
  }

  /// The tag of the routes that are not a type's.
  static let ownTag = "Mirror"

  private static func tags(_ api: DescribedAPI) -> [JSON] {
    let types = api.types.map { JSON.make(["name": .string($0.label), "description": .string($0.details)]) }
    return types + [
      .make(["name": .string(ownTag), "description": "The entry point, tokens, and the mirror's own routes"])
    ]
  }

  /// A name that stands for a relationship in the site's paths is named here: two paths that differ in the names of their templates
  /// alone would be one.
  private static func paths(_ api: DescribedAPI) -> JSON {
    var paths = JSONObject()
    for (path, item) in OpenAPIOwnRoutes.items(api) { paths[path] = item }
    for type in api.types {
      for route in type.routes {
        let template = "/{file_field_name}"
        let isUpload = route.rest.hasSuffix(template)
        for field in isUpload ? type.uploads : [""] {
          let rest = isUpload ? "\(route.rest.dropLast(template.utf8.count))/\(field)" : route.rest
          var item = paths[type.path + rest] ?? .make([:])
          for operation in route.operations {
            let made = OpenAPIOperation(operation: operation, api: api, upload: isUpload ? field : nil).json
            item = item.with([operation.method: made])
          }
          paths[type.path + rest] = item
        }
      }
    }
    return .object(paths)
  }

  // MARK: Who may ask

  private static func security(_ api: DescribedAPI) -> JSON {
    let base = api.origin + api.place
    let (token, page) = (JSON.string("\(base)/oauth/token"), JSON.string("\(base)/oauth/authorize"))
    let scopes = SwaggerDocument.scopes
    let code = JSON.make(["authorizationUrl": page, "tokenUrl": token, "refreshUrl": token, "scopes": scopes])
    let direct = JSON.make(["tokenUrl": token, "refreshUrl": token, "scopes": scopes])
    let client = JSON.make(["tokenUrl": token, "scopes": scopes])
    let flows = JSONObject([("password", direct), ("clientCredentials", client), ("authorizationCode", code)])
    return .make(["oauth2": .make(["type": "oauth2", "flows": .object(flows)])])
  }

  /// A token with these scopes.
  static func needing(_ scopes: [String]) -> JSON { .make(["oauth2": .strings(scopes)]) }
}
