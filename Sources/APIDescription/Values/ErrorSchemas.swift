import JSONAPI

/// What is answered where something is refused (reference 4.2).
enum ErrorSchemas {
  /// A document of errors.
  static var document: JSON {
    let text = JSON.make(["type": "string"])
    let source = JSON.make(["type": "object", "properties": .object(JSONObject([("pointer", text)]))])
    let error = JSON.make([
      "type": "object",
      "properties": .object(
        JSONObject([
          ("title", text), ("status", text), ("detail", text), ("links", .make(["type": "object"])), ("source", source),
        ])),
    ])
    let errors = JSON.make(["type": "array", "items": error])
    return .make([
      "type": "object", "required": ["errors"],
      "properties": .object(JSONObject([("errors", errors), ("jsonapi", .make(["type": "object"]))])),
    ])
  }

  /// Errors as they are answered, by a name for people. They are made as answers make them, and say nothing of anybody.
  static func examples(_ base: String) -> [(name: String, value: JSON)] {
    let uri = RequestURI(base: base, target: "/jsonapi/node/topic?filter%5Btitle%5D%5Boperator%5D=LIKES")
    let badQuery = ErrorResponse(QueryParameterError.invalidCondition, request: uri)
    let noToken = ErrorResponse.unauthorized(realm: "OAuth", request: uri)
    let unprocessable = ErrorResponse.unprocessable([
      (detail: "title: This value should not be null.", pointer: "/data/attributes/title")
    ])
    var examples: [(name: String, value: JSON)] = []
    for (name, error) in [("bad query", badQuery), ("no token", noToken), ("not taken", unprocessable)] {
      if let value = try? JSON(parsing: error.body) { examples.append((name, value)) }
    }
    return examples
  }
}
