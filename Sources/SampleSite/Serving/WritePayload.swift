import JSONAPI

/// The body of a POST or PATCH, checked in the site's order (reference 5.1 to 5.3) and ready to be stored.
struct WritePayload: Sendable {
  /// The client's id, for POST.
  private(set) var id: String?
  private(set) var attributes: [(String, JSON)] = []
  private(set) var relationships: [(String, JSON)] = []

  /// - Throws: `SiteError` as the site answers it. `stored` is the resource that a PATCH is about.
  init(
    _ body: [UInt8], type: ResourceType, community: Community, method: String, stored: Row? = nil
  ) throws(SiteError) {
    guard !body.isEmpty else { throw SiteError(400, "Empty request body.") }
    guard let document = try? JSON(parsing: body) else { throw SiteError(400, "Syntax error") }
    let misplaced = document["relationships"]
    if misplaced?.object?.isEmpty == false || misplaced?.array?.isEmpty == false {
      throw SiteError(
        400,
        "Found \"relationships\" within the document's top level. The \"relationships\" key must be within resource "
          + "object.")
    }
    guard let data = document["data"], data["type"]?.isNull == false else {
      throw SiteError(400, "Resource object must include a \"type\".")
    }
    id = data["id"]?.string
    if data["id"]?.isNull == false, id.flatMap({ EntityUUID($0) })?.text != id || id == nil {
      throw SiteError(422, "IDs should be properly generated and formatted UUIDs as described in RFC 4122.")
    }
    try WritePayload.checkPlaces(data["attributes"], type)
    try read(relationships: data["relationships"], type, community)
    let old = stored.map { community.document($0).attributes }
    try read(attributes: data["attributes"], type, method, old: old)
    if let stored, id != stored.uuid.text {
      throw SiteError(
        400, "The selected entity (\(stored.uuid.text)) does not match the ID in the payload (\(id ?? "")).")
    }
    try validate(type, isNew: stored == nil)
  }

  /// Whether a stored value would change.
  func differs(from stored: ContentRow) -> Bool {
    attributes.contains { stored.attributes[$0.0] != $0.1 }
      || relationships.contains { name, data in
        WritePayload.targets(data) != WritePayload.targets(stored.relationships?[name]?["data"] ?? .null)
      }
  }

  private static func targets(_ data: JSON) -> [String] {
    (data.array ?? [data]).compactMap { item in
      guard let id = item["id"]?.string?.lowercased() else { return nil }
      let texts = ["alt", "title", "description"].map { item["meta"]?[$0]?.string ?? "" }
      return ([id] + texts).joined(separator: "\u{0}")
    }
  }

  private mutating func read(
    relationships given: JSON?, _ type: ResourceType, _ community: Community
  ) throws(SiteError) {
    for member in given?.object?.members ?? [] where type.relationshipNames.contains(member.name) {
      guard let data = member.value["data"], !type.selfOnly.contains(member.name) else { continue }
      var kept: [JSON] = []
      for item in data.array ?? [data] where data.array != nil || !item.isNull {
        // Of a single item, the site looks for both and misses the id.
        guard let id = item["id"]?.string, !id.isEmpty, data.array != nil || item["type"]?.string != nil else {
          throw SiteError(400, "No ID specified for related resource")
        }
        guard let target = item["type"]?.string, !target.isEmpty else {
          throw SiteError(400, "No type specified for related resource")
        }
        guard let first = data.array?.first?["type"]?.string ?? item["type"]?.string,
          let known = community.types.first(where: { $0.name == first })
        else { throw SiteError(400, "Invalid type specified for related resource: '\(target)'") }
        if id == "virtual" { continue }
        // UUIDs are kept and compared in lower case.
        guard let uuid = EntityUUID(id), uuid.text == id,
          community.find(uuid, entityType: known.entityType) != nil
        else {
          throw SiteError(
            404, "The resource identified by `\(target):\(id)` (given as a relationship item) could not be found.")
        }
        kept.append(
          type.isFileField(member.name)
            ? community.attachment(item, field: member.name) : community.reference(target, id))
      }
      let isEmptyParent = kept.isEmpty && data.array?.isEmpty == false
      if isEmptyParent { continue }
      // One target for a field that takes many is as good as a list of one.
      let isList = data.array != nil || type.toMany.contains(member.name)
      relationships.append((member.name, isList ? .array(kept) : kept.first ?? .null))
    }
  }

  private mutating func read(
    attributes given: JSON?, _ type: ResourceType, _ method: String, old: JSONObject?
  ) throws(SiteError) {
    for member in given?.object?.members ?? [] {
      guard let kind = type.kinds[member.name] else {
        // Ignored on POST, an error of the site on PATCH (reference 12).
        if method == "PATCH", member.name != "display_name", member.name != "pass" {
          throw SiteError(500, "Field \(member.name) is unknown.")
        }
        continue
      }
      if kind == .computed { continue }
      let value = try WritePayload.stored(
        type.label == member.name ? member.value.single : member.value, kind, named: member.name,
        old: old?[member.name])
      let isID = member.name == type.idAttribute || member.name == type.revisionAttribute
      let isClosed =
        type.entityType == "event_enrollment" && member.name == "langcode"
        || type.entityType == "file" && ["uri", "filemime", "filesize", "status"].contains(member.name)
      if isID || isClosed || member.name == "changed" {
        if let old, old[member.name] == value { continue }
        // Of a `uri` the value is compared; the URL is computed.
        if member.name == "uri", let there = old?["uri"]?["value"], there == value["value"] ?? value { continue }
        let name = old == nil ? member.name : member.name.replacing("drupal_internal__", with: "")
        throw SiteError(
          403,
          "The current user is not allowed to \(method) the selected field (\(name))."
            + (member.name == type.idAttribute ? " The entity ID cannot be changed." : ""),
          pointer: "/data/attributes/\(name)")
      }
      attributes.append((member.name, value))
    }
  }

  /// A value as the site stores and shows it.
  private static func stored(
    _ value: JSON, _ kind: AttributeKind, named name: String, old: JSON?
  ) throws(SiteError) -> JSON {
    switch kind {
    case .epoch, .dateTime:
      let value = value.object?.names == ["value"] ? value["value"] ?? value : value
      let text: String
      switch value {
      case .string(let given): text = given
      case .number(let digits): text = digits
      default: return value
      }
      guard let seconds = SiteTime.seconds(text) ?? (kind == .epoch ? Int64(text) : nil) else {
        let iso = "\"Y-m-d\\TH:i:sO\" (ISO 8601)"
        let rfc = "\"Y-m-d\\TH:i:sP\" (RFC 3339)"
        let formats = kind == .epoch ? "\"U\" (UNIX timestamp), \(iso), \(rfc)" : "\(rfc), \(iso)"
        throw SiteError(422, "The specified date \"\(text)\" is not in an accepted format: \(formats).")
      }
      return .string(SiteTime.text(seconds))
    case .object(let properties) where properties.contains("processed"):
      if value.isNull { return value }
      try checkProperties(of: value, name, hasSummary: properties.contains("summary"))
      let text = value["value"] ?? (value.string != nil ? value : .null)
      var object = JSONObject([
        ("value", text), ("format", value["format"] ?? .null),
        (
          "processed",
          TextFormat.processed(text.string, format: value["format"]?.string).map(JSON.string) ?? .null
        ),
      ])
      if let old, old["value"] == text, old["format"] == object["format"] { object["processed"] = old["processed"] }
      if properties.contains("summary") { object["summary"] = value["summary"] ?? .null }
      return .object(object)
    case .object:
      guard let given = value.object else { return value }
      if value["country_code"] != nil || old?["country_code"] != nil { return address(given, old: old?.object) }
      var merged = old?.object ?? JSONObject()
      for member in given.members { merged[member.name] = member.value }
      return .object(merged)
    case .text, .string:
      let value = value.object?.names == ["value"] ? value["value"] ?? value : value
      if case .number(let digits) = value { return .string(digits) }
      if let flag = value.bool { return flag ? "1" : "" }
      return value
    default: return value
    }
  }

  /// Addresses always have the properties that every country uses.
  private static func address(_ given: JSONObject, old: JSONObject?) -> JSON {
    let always: Set = ["langcode", "country_code", "administrative_area", "locality", "postal_code", "address_line1"]
    var merged = JSONObject()
    for name in ResourceType.address {
      let value = given[name] ?? old?[name]
      if value != nil || always.contains(name) { merged[name] = value ?? .null }
    }
    return .object(merged)
  }

  /// Attributes that take one of a list.
  private static let choices = [
    "field_content_visibility": ["public", "community", "group"], "field_visibility": ["0", "1", "2", "3"],
    "field_enrollment_status": ["0", "1"],
  ]

  /// Formatted text takes three properties; `processed` is made by the site, and sent back by clients who read it.
  private static func checkProperties(of value: JSON, _ name: String, hasSummary: Bool) throws(SiteError) {
    let writable = ["value", "format"] + (hasSummary ? ["summary"] : [])
    for property in value.object?.names ?? [] where !writable.contains(property) && property != "processed" {
      let near = writable.first { $0.hasPrefix(property) || property.hasPrefix($0) }
      let hint =
        near.map { "Did you mean '\($0)'?" }
        ?? "Writable properties are: " + writable.map { "'\($0)'" }.joined(separator: ", ") + "."
      throw SiteError(
        422,
        "The property '\(property)' does not exist on the '\(name)' field of type "
          + "'\(hasSummary ? "text_with_summary" : "text_long")'. \(hint)")
    }
  }

  private func validate(_ type: ResourceType, isNew: Bool) throws(SiteError) {
    for (name, value) in attributes {
      guard let allowed = WritePayload.choices[name], let text = value.string, !allowed.contains(text) else { continue }
      throw .violation(
        "\(name).0: The value you selected is not a valid choice.", "/data/attributes/\(name)/0")
    }
    guard let label = type.label else { return }
    if let given = attributes.first(where: { $0.0 == label }) {
      try given.1.checkLabel(label)
    } else if isNew {
      try JSON.null.checkLabel(label)
    }
  }
}
