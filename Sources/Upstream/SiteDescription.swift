import JSONAPI

/// What the site's API description (openapi, Swagger 2.0; reference 8) says of resource types: the names of their fields, in
/// the site's order. Of what it says about values little is true, so little is taken.
package struct SiteDescription: Sendable, Hashable {
  /// An attribute or a relationship.
  package struct Field: Sendable, Hashable {
    package var name: String
    package var isRelationship: Bool
    /// The properties of a composite attribute; none for a bare value, or where the description is not to be trusted.
    package var properties: [String]
    /// The resource types that a relationship may lead to; none where the description does not say.
    package var targets: [String] = []
  }

  /// The fields of each resource type by its name, attributes first.
  package var types: [String: [Field]]
  /// The path of the entry point; nil where it is not said.
  package var basePath: String?

  /// The request.
  package static let request = SiteRequest(path: "/openapi/jsonapi", query: "_format=json")

  /// Reads the answer; nil for whatever is no description: the module may be absent, or closed to the account.
  package static func parse(_ response: InboundResponse) -> SiteDescription? {
    guard response.status == 200, response.mediaType?.hasSuffix("json") == true,
      let text = DocumentText(in: response.body, with: ["swagger", "openapi"]),
      let json = try? JSON(parsing: text.bytes), let definitions = json["definitions"]?.object
    else { return nil }
    var types: [String: [Field]] = [:]
    for definition in definitions.members where definition.name.contains("--") {
      let data = definition.value["properties"]?["data"]?["properties"]
      var fields: [Field] = []
      for attribute in data?["attributes"]?["properties"]?.object?.members ?? [] {
        fields.append(
          Field(
            name: attribute.name, isRelationship: false, properties: properties(attribute.value)))
      }
      for relationship in data?["relationships"]?["properties"]?.object?.members ?? [] {
        fields.append(
          Field(
            name: relationship.name, isRelationship: true, properties: [], targets: targets(relationship.value)))
      }
      if !fields.isEmpty { types[definition.name] = fields }
    }
    return types.isEmpty ? nil : SiteDescription(types: types, basePath: json["basePath"]?.string)
  }

  /// A to-many relationship describes its items.
  private static func targets(_ schema: JSON) -> [String] {
    let data = schema["properties"]?["data"]
    let identifier = data?["items"] ?? data
    return identifier?["properties"]?["type"]?["enum"]?.array?.compactMap(\.string) ?? []
  }

  /// A field of one property is shown bare, and so are languages, which are described as objects that they are not; text that
  /// has a format also has a processed form, and a link has options.
  private static func properties(_ schema: JSON) -> [String] {
    guard schema["type"]?.string == "object",
      var names = schema["properties"]?.object?.members.map(\.name), names.count > 1, names != ["value", "language"]
    else { return [] }
    if names == ["uri", "title"] { names.append("options") }
    if names.starts(with: ["value", "format"]), !names.contains("processed") { names.insert("processed", at: 2) }
    return names
  }
}
