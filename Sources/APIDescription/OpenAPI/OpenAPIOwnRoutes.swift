import JSONAPI

/// The routes that are no type's, in OpenAPI 3.1: the entry point, signing in, and the mirror's own.
enum OpenAPIOwnRoutes {
  /// Paths with what can be asked there.
  static func items(_ api: DescribedAPI) -> [(path: String, item: JSON)] {
    var items: [(path: String, item: JSON)] = [(api.apiPath, .make(["get": entryPoint]))]
    for route in Words.routes {
      let operation = JSON.make([
        "operationId": .string(name(of: route.path)), "summary": .string(route.summary),
        "tags": .strings([OpenAPIDocument.ownTag]), "security": security(of: route.path),
        "parameters": parameters(of: route.path), "requestBody": route.method == "post" ? form(of: route.path) : nil,
        "responses": responses(of: route.path),
      ])
      items.append((route.path, .make([route.method: operation])))
    }
    return items
  }

  private static var entryPoint: JSON {
    let document = OpenAPISchemas.document(.make(["type": "array", "items": .make([:])]))
    return .make([
      "operationId": "entry-point", "summary": "Which types there are, and where",
      "tags": .strings([OpenAPIDocument.ownTag]), "security": .array([.make([:]), OpenAPIDocument.needing([])]),
      "responses": .make(["200": OpenAPIResponses.read("Links to the collections", document)]),
    ])
  }

  private static func name(of path: String) -> String {
    String(path.drop { $0 == "/" || $0 == "." }).replacing("/", with: ".")
  }

  /// What needs no token: how to get one, and what is told of it.
  private static func security(of path: String) -> JSON? {
    let isOpen = path.hasPrefix("/oauth/") && path != "/oauth/userinfo" || path.hasPrefix("/.well-known/")
    return isOpen ? .array([.make([:])]) : nil
  }

  private static func parameters(of path: String) -> JSON? {
    func text(_ name: String, _ details: String, value: String? = nil) -> JSON {
      .make([
        "name": .string(name), "in": "query", "required": value == nil ? nil : true,
        "schema": .make(["type": "string", "const": value.map { .string($0) }]), "description": .string(details),
      ])
    }
    func required(_ name: String, _ details: String) -> JSON {
      .make([
        "name": .string(name), "in": "query", "required": true, "schema": .make(["type": "string"]),
        "description": .string(details),
      ])
    }
    switch path {
    case "/openapi/jsonapi":
      return .array([
        text("_format", "The form of the answer.", value: "json"),
        text("options[entity_type_id]", "An entity type, to be described alone."),
        text("options[bundle_name]", "A bundle, to be described alone."),
      ])
    case "/mirror/search":
      return .array([
        required("q", "Words, all of which have to be there; `word*` is the beginning of one."),
        text("type", "Resource types or entity types, with commas between them."),
        text("page[offset]", "How many are skipped."), text("page[limit]", "How many are given, 50 at most."),
      ])
    case "/oauth/authorize":
      return .array(
        ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"].map
        {
          text($0, "As in RFC 6749 and RFC 7636.")
        })
    case "/oauth/debug": return .array([text("_format", "The form of the answer.", value: "json")])
    case "/mirror/changes":
      return .array([
        text("since", "Behind which the changes are: `position` of an answer, a number of a change, or `now`."),
        text("limit", "How many changes a page has at most, up to 1000."),
        text("include", "`document`: with the resources as they are."),
      ])
    default: return nil
    }
  }

  private static func form(of path: String) -> JSON {
    let names =
      path == "/oauth/token"
      ? [
        "grant_type", "client_id", "client_secret", "username", "password", "scope", "refresh_token", "code",
        "redirect_uri", "code_verifier",
      ] : ["token", "token_type_hint", "client_id", "client_secret"]
    let properties = JSONObject(names.map { ($0, .make(["type": "string"])) })
    let schema = JSON.make([
      "type": "object", "required": .strings([names[0]]), "properties": .object(properties),
    ])
    return .make([
      "required": true, "content": OpenAPIResponses.content(schema, as: "application/x-www-form-urlencoded"),
    ])
  }

  private static func responses(of path: String) -> JSON {
    let object = JSON.make(["type": "object"])
    let json = OpenAPIResponses.content(object, as: "application/json")
    let page = OpenAPIResponses.content(.make(["type": "string"]), as: "text/html")
    let document = OpenAPIResponses.content(object, as: "application/vnd.api+json")
    let content =
      switch path {
      case "/oauth/authorize": page
      case "/mirror/search": document
      default: json
      }
    return .make([
      "200": .make(["description": "successful operation", "content": content]),
      "default": .make(["description": "Refused: JSON with `error` or `message`, or a page"]),
    ])
  }
}
