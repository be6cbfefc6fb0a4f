import JSONAPI

/// Responses in OpenAPI 3.1.
enum OpenAPIResponses {
  /// That of all documents.
  static let mediaType = "application/vnd.api+json"

  /// Those that all operations have.
  /// - Parameter base: the base URL that the examples show.
  static func shared(_ base: String) -> JSON {
    let errors = JSON.make(["$ref": "#/components/schemas/shared.errors"])
    var examples = JSONObject()
    for (name, value) in ErrorSchemas.examples(base) {
      examples[SchemaName.component(name)] = .make(["summary": .string(name), "value": value])
    }
    let refused = JSON.make([mediaType: .make(["schema": errors, "examples": .object(examples)])])
    let page = JSON.make(["text/html": .make(["schema": .make(["type": "string"])])])
    return .object(
      JSONObject([
        (
          "unauthorized",
          .make([
            "description": "No token; where one is not good, a page", "headers": named(["WWW-Authenticate"]),
            "content": refused.with(["text/html": .make(["schema": .make(["type": "string"])])]),
          ])
        ), ("notModified", .make(["description": "Nothing has changed", "headers": named(ofReads)])),
        (
          "accepted",
          .make([
            "description": "It is recorded and cannot be shown: read it, do not send it again",
            "headers": named(ofWrites),
          ])
        ), ("page", .make(["description": "The request is too large", "content": page])),
        ("error", .make(["description": "Refused", "content": refused])),
      ]))
  }

  /// The header fields of answers.
  static var headers: JSON {
    let fields = [
      ("ETag", "string", Words.tag), ("Mirror-As-Of", "string", Words.asOf),
      ("Mirror-Pending", "integer", Words.pending), ("Preference-Applied", "string", Words.applied),
      ("WWW-Authenticate", "string", "Why the token is not good"),
    ]
    var headers = JSONObject()
    for (name, type, details) in fields {
      headers[name] = .make(["description": .string(details), "schema": .make(["type": .string(type)])])
    }
    return .object(headers)
  }

  private static let ofReads = ["ETag", "Mirror-As-Of", "Mirror-Pending"]
  private static let ofWrites = ["Mirror-As-Of", "Mirror-Pending", "Preference-Applied"]

  private static func named(_ names: [String]) -> JSON {
    .object(JSONObject(names.map { ($0, .make(["$ref": .string("#/components/headers/\($0)")])) }))
  }

  /// A body of one media type.
  static func content(_ schema: JSON, as mediaType: String = OpenAPIResponses.mediaType) -> JSON {
    .make([mediaType: .make(["schema": schema])])
  }

  /// The answer to a read.
  static func read(_ details: String, _ schema: JSON) -> JSON {
    .make(["description": .string(details), "headers": named(ofReads), "content": content(schema)])
  }

  /// The answer to a write.
  static func written(_ details: String, _ schema: JSON?) -> JSON {
    .make([
      "description": .string(details), "headers": named(ofWrites), "content": schema.map { content($0) },
    ])
  }
}
