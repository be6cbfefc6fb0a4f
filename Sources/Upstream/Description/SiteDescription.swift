import JSONAPI
import OpenSocial

/// What the site's API description (openapi, Swagger 2.0; reference 8) says of resource types: the names of their fields, in
/// the site's order. Of what it says about values little is true, so little is taken.
package struct SiteDescription: Sendable, Hashable {
  /// An attribute or a relationship.
  package struct Field: Sendable, Hashable {
    /// The public name.
    package var name: String
    /// Whether it is a relationship and no attribute.
    package var isRelationship: Bool
    /// The properties of a composite attribute; none for a bare value, or where the description is not to be trusted.
    package var properties: [String]
    /// The resource types that a relationship may lead to; none where the description does not say.
    package var targets: [String] = []
    /// What people call it; nil where the description does not say.
    package var words: TypeSchema.Words?
  }

  /// The fields of each resource type by its name, attributes first.
  package var types: [String: [Field]]
  /// Where types belong, by their names and by the paths of their collections below the base URL: names and paths may be others
  /// than the usual ones.
  package var homes: [String: EntityTypes.Home] = [:]
  /// The attributes that are not called as usual, by type.
  package var attributeNames: [String: AttributeNames] = [:]
  /// What people call the types; those alone that have a tag of their own.
  package var words: [String: TypeSchema.Words] = [:]
  /// The path of the entry point; nil where it is not said.
  package var basePath: String?

  /// Bytes of the document, which is read into memory as a whole: of a site with 25 bundles it has one or two million.
  package static let largest = 32 << 20

  /// The request.
  package static let request: SiteRequest = {
    var request = SiteRequest(path: "/openapi/jsonapi", query: "_format=json")
    request.maximumBodyBytes = largest
    return request
  }()

  /// Reads the answer; nil for whatever is no description: the module may be absent, or closed to the account.
  package static func parse(_ response: InboundResponse) -> SiteDescription? {
    guard response.status == 200, response.mediaType?.hasSuffix("json") == true,
      let text = DocumentText(in: response.body, with: ["swagger", "openapi"]),
      let json = try? JSON(parsing: text.bytes), let definitions = json["definitions"]?.object
    else { return nil }
    var types: [String: [Field]] = [:]
    var homes: [String: EntityTypes.Home] = [:]
    var names: [String: AttributeNames] = [:]
    let tagged = tags(json)
    for definition in definitions.members {
      guard definition.value["properties"]?["data"]?["properties"] != nil else { continue }
      let home = home(definition.value) ?? tagged[definition.name]
      let name = definition.value["properties"]?["data"]?["properties"]?["type"]?["enum"]?[0]?.string ?? definition.name
      for key in [definition.name, name] where home != nil { homes[key] = home }
      let data = definition.value["properties"]?["data"]?["properties"]
      var fields: [Field] = []
      for attribute in data?["attributes"]?["properties"]?.object?.members ?? [] {
        fields.append(
          Field(
            name: attribute.name, isRelationship: false, properties: properties(attribute.value),
            words: words(attribute.value)))
      }
      for relationship in data?["relationships"]?["properties"]?.object?.members ?? [] {
        fields.append(
          Field(
            name: relationship.name, isRelationship: true, properties: [], targets: targets(relationship.value),
            words: words(relationship.value)))
      }
      if !fields.isEmpty { types[name] = fields }
      let own = attributeNames(data?["attributes"]?["properties"]?.object?.members ?? [])
      if !own.isUsual { names[name] = own }
    }
    let base = json["basePath"]?.string ?? ""
    for path in json["paths"]?.object?.members ?? [] where !path.name.contains("{") {
      guard let definition = definition(behind: path.value), let home = homes[definition] else { continue }
      homes[(base == "/" ? "" : base) + path.name] = home
    }
    return types.isEmpty
      ? nil
      : SiteDescription(
        types: types, homes: homes, attributeNames: names, words: words(of: json), basePath: json["basePath"]?.string)
  }

  /// What people call a field: its title, and what is said of it.
  private static func words(_ schema: JSON) -> TypeSchema.Words? {
    text(schema["title"], longest: 255).map {
      TypeSchema.Words(title: $0, details: text(schema["description"], longest: 2_000))
    }
  }

  /// What the tags say of types.
  private static func words(of json: JSON) -> [String: TypeSchema.Words] {
    var words: [String: TypeSchema.Words] = [:]
    for tag in json["tags"]?.array ?? [] {
      guard let name = tag["x-definition"]?["$ref"]?.string.flatMap(definition(of:)),
        let title = text(tag["name"], longest: 255)
      else { continue }
      words[name] = TypeSchema.Words(title: title, details: text(tag["description"], longest: 2_000))
    }
    return words
  }

  /// A text for people, without the backslashes that the site's module puts before quotes; nil for none, and for one that is longer
  /// than any is. Bytes.
  private static func text(_ value: JSON?, longest: Int) -> String? {
    guard let text = value?.string, !text.isEmpty, text.utf8.count <= longest else { return nil }
    return text.replacing("\\'", with: "'").replacing("\\\"", with: "\"")
  }

  /// `node:topic Schema`, or `user Schema` where there are no bundles.
  private static func home(_ definition: JSON) -> EntityTypes.Home? {
    guard let title = definition["title"]?.string, title.hasSuffix(" Schema") else { return nil }
    let parts = title.dropLast(" Schema".count).split(separator: ":", maxSplits: 1).map(String.init)
    let isName = parts.allSatisfy { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
    guard isName, let entityType = parts.first, !entityType.isEmpty else { return nil }
    return EntityTypes.Home(entityType: entityType, bundle: parts.count > 1 ? parts[1] : entityType)
  }

  /// What the tags say: the entity type of a definition, and no bundle.
  private static func tags(_ json: JSON) -> [String: EntityTypes.Home] {
    var homes: [String: EntityTypes.Home] = [:]
    for tag in json["tags"]?.array ?? [] {
      guard let entityType = tag["x-entity-type"]?.string, let reference = tag["x-definition"]?["$ref"]?.string,
        let name = definition(of: reference)
      else { continue }
      homes[name] = EntityTypes.Home(entityType: entityType, bundle: EntityTypes.Home(of: name).bundle)
    }
    return homes
  }

  private static func definition(of reference: String) -> String? {
    let prefix = "#/definitions/"
    guard reference.hasPrefix(prefix) else { return nil }
    return String(reference.dropFirst(prefix.count).prefix { $0 != "/" })
  }

  /// The definition of what a collection's path gives.
  private static func definition(behind path: JSON) -> String? {
    let schema = path["get"]?["responses"]?["200"]?["schema"]
    return schema?["properties"]?["data"]?["items"]?["$ref"]?.string.flatMap(definition(of:))
  }

  /// `changed` and the serial number where neither has its usual name, told by what the site calls them.
  private static func attributeNames(_ members: [JSONObject.Member]) -> AttributeNames {
    var names = AttributeNames()
    if !members.contains(where: { $0.name == FieldDescription.changed }) {
      names.changed =
        members.first {
          $0.value["format"]?.string == "utc-millisec"
            && FieldDescription.changedTitles.contains($0.value["title"]?.string ?? "")
        }?.name
    }
    let ids = members.filter {
      $0.value["type"]?.string == "integer" && FieldDescription.serialTitles.contains($0.value["title"]?.string ?? "")
    }
    if ids.count == 1, !FieldDescription(ids[0].name).isNumber { names.serial = ids[0].name }
    return names
  }

  /// A to-many relationship describes its items.
  private static func targets(_ schema: JSON) -> [String] {
    let data = schema["properties"]?["data"]
    let identifier = data?["items"] ?? data
    return identifier?["properties"]?["type"]?["enum"]?.array?.compactMap(\.string) ?? []
  }

  /// What a value consists of; nothing for a bare one.
  private static func properties(_ schema: JSON) -> [String] {
    guard schema["type"]?.string == "object" else { return [] }
    return FieldDescription.shownProperties(of: schema["properties"]?.object?.members.map(\.name) ?? [])
  }
}
