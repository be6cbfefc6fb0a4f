import JSONAPI

/// Responses in the form of OpenAPI 2.0.
enum SwaggerResponses {
  /// Those that all operations have.
  static var shared: JSON {
    let challenge = text("Why the token is not good")
    return .object(
      JSONObject([
        (
          "unauthorized",
          .make([
            "description": "No token, or none that is good (then a page)",
            "headers": .object(JSONObject([("WWW-Authenticate", challenge)])),
          ])
        ), ("notModified", .make(["description": "Nothing has changed"])),
        ("accepted", .make(["description": "It is recorded and cannot be shown: read it, do not send it again"])),
        ("page", .make(["description": "What the request is too large for, as a page"])),
        ("error", .make(["description": "Refused", "schema": ErrorSchemas.document])),
      ]))
  }

  /// What an operation may be answered besides, by status.
  static func refusals(_ operation: Operation) -> [(status: String, name: String)] {
    operation.isWrite ? ofWrites : ofReads
  }

  private static let ofReads = [
    (status: "304", name: "notModified"), (status: "400", name: "error"), (status: "401", name: "unauthorized"),
    (status: "403", name: "error"), (status: "404", name: "error"), (status: "default", name: "error"),
  ]
  private static let ofWrites = [
    (status: "202", name: "accepted"), (status: "400", name: "error"), (status: "401", name: "unauthorized"),
    (status: "403", name: "error"), (status: "404", name: "error"), (status: "409", name: "error"),
    (status: "413", name: "page"), (status: "415", name: "error"), (status: "422", name: "error"),
    (status: "default", name: "error"),
  ]

  /// The answer to a read.
  static func read(_ details: String, _ schema: JSON) -> JSON {
    let headers = JSONObject([
      ("ETag", text(Words.tag)), ("Mirror-As-Of", text(Words.asOf).with(["format": "date-time"])),
      ("Mirror-Pending", number(Words.pending)),
    ])
    return .make(["description": .string(details), "schema": schema, "headers": .object(headers)])
  }

  /// The answer to a write.
  static func written(_ details: String, _ schema: JSON?) -> JSON {
    let headers = JSONObject([
      ("Mirror-As-Of", text(Words.asOf).with(["format": "date-time"])), ("Mirror-Pending", number(Words.pending)),
      ("Preference-Applied", text(Words.applied)),
    ])
    return .make(["description": .string(details), "schema": schema, "headers": .object(headers)])
  }

  private static func text(_ details: String) -> JSON {
    .make(["type": "string", "description": .string(details)])
  }

  private static func number(_ details: String) -> JSON {
    .make(["type": "integer", "description": .string(details)])
  }
}
