import JSONAPI

/// In which of the two forms a schema is written.
enum Dialect: Sendable {
  /// OpenAPI 2.0.
  case swagger
  /// OpenAPI 3.1, whose schemas are those of JSON Schema 2020-12.
  case openAPI

  /// The same schema, whose value may also be null.
  func nullable(_ schema: JSON) -> JSON {
    guard var object = schema.object else { return schema }
    switch self {
    case .swagger:
      if object["$ref"] != nil { object = JSONObject([("allOf", .array([schema]))]) }
      object["x-nullable"] = true
    case .openAPI:
      if object["$ref"] != nil { return .make(["anyOf": .array([schema, .make(["type": "null"])])]) }
      guard let type = object["type"] else { return schema }
      object["type"] = .array([type, "null"])
      if let values = object["enum"]?.array { object["enum"] = .array(values + [.null]) }
    }
    return .object(object)
  }

  /// The same schema, which says that a value is sent and never shown.
  func writeOnly(_ schema: JSON) -> JSON {
    switch self {
    case .swagger: schema.with(["x-write-only": true])
    case .openAPI: schema.with(["writeOnly": true])
    }
  }

  /// The same schema with an example.
  func showing(_ example: JSON, _ schema: JSON) -> JSON {
    switch self {
    case .swagger: schema.with(["example": example])
    case .openAPI: schema.with(["examples": .array([example])])
    }
  }
}

extension JSON {
  /// An object of members in their order; those without a value are left out. A `nil` that is written here the compiler may take for
  /// a value, `null`: a description has none of those.
  static func make(_ members: KeyValuePairs<String, JSON?>) -> JSON { JSON.object(JSONObject()).with(members) }

  /// A list of strings.
  static func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

  /// The same object with more members.
  func with(_ members: KeyValuePairs<String, JSON?>) -> JSON {
    guard var object else { return self }
    for case (let name, let value?) in members where !value.isNull { object[name] = value }
    return .object(object)
  }
}

/// Names of schemas within a document.
enum SchemaName {
  /// As a key of `components/schemas`, which takes few signs (OpenAPI 3.1 section 4.8.7); all others become an underscore.
  static func component(_ name: String) -> String {
    String(
      decoding: name.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): byte
        default: UInt8(ascii: "_")
        }
      }, as: UTF8.self)
  }

  /// A name as a part of a pointer in a URI (RFC 6901 sections 3 and 6).
  static func pointer(_ name: String) -> String {
    PercentCoding.encoded(name.replacing("~", with: "~0").replacing("/", with: "~1"))
  }
}
