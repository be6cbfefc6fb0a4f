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
    guard let document = try? JSON(parsing: body), document.object != nil else { throw SiteError(400, "Syntax error") }
    if document["relationships"] != nil {
      throw SiteError(
        400,
        "Found \"relationships\" within the document's top level. The \"relationships\" key must be within resource "
          + "object.")
    }
    guard let data = document["data"], data["type"]?.string != nil else {
      throw SiteError(400, "Resource object must include a \"type\".")
    }
    id = data["id"]?.string
    if let id, EntityUUID(id) == nil {
      throw SiteError(422, "IDs should be properly generated and formatted UUIDs as described in RFC 4122.")
    }
    if let stored, id?.lowercased() != stored.uuid.text {
      throw SiteError(
        400, "The selected entity (\(stored.uuid.text)) does not match the ID in the payload (\(id ?? "")).")
    }
    try read(relationships: data["relationships"], type, community)
    let old = stored.map { community.document($0).attributes }
    try read(attributes: data["attributes"], type, method, old: old)
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
    (data.array ?? [data]).compactMap { $0["id"]?.string?.lowercased() }
  }

  private mutating func read(
    relationships given: JSON?, _ type: ResourceType, _ community: Community
  ) throws(SiteError) {
    for member in given?.object?.members ?? [] where type.relationshipNames.contains(member.name) {
      guard let data = member.value["data"], !type.selfOnly.contains(member.name) else { continue }
      var kept: [JSON] = []
      for item in data.array ?? [data] where !item.isNull {
        guard let target = item["type"]?.string else {
          throw SiteError(400, "No type specified for related resource")
        }
        guard let id = item["id"]?.string else { throw SiteError(400, "No ID specified for related resource") }
        if id == "virtual" { continue }
        guard community.find(id) != nil else {
          throw SiteError(
            404, "The resource identified by `\(target):\(id)` (given as a relationship item) could not be found.")
        }
        kept.append(item)
      }
      let isEmptyParent = kept.isEmpty && data.array?.isEmpty == false
      if isEmptyParent { continue }
      relationships.append((member.name, data.array == nil ? kept.first ?? .null : .array(kept)))
    }
  }

  private mutating func read(
    attributes given: JSON?, _ type: ResourceType, _ method: String, old: JSONObject?
  ) throws(SiteError) {
    let members = given?.object?.members ?? []
    let misplaced = members.map(\.name).filter(type.relationshipNames.contains)
    if !misplaced.isEmpty {
      let names = misplaced.joined(separator: ", ")
      throw SiteError(422, "The following relationship fields were provided as attributes: [ \(names) ]")
    }
    for member in members {
      guard let kind = type.kinds[member.name] else {
        // Ignored on POST, an error of the site on PATCH (reference 12).
        if method == "PATCH", member.name != "display_name", member.name != "pass" {
          throw SiteError(500, "The attribute \(member.name) does not exist on the \(type.name) resource type.")
        }
        continue
      }
      if kind == .computed { continue }
      let value = try WritePayload.stored(member.value, kind, old: old?[member.name])
      let isID = member.name == type.idAttribute || member.name == type.revisionAttribute
      if isID || member.name == "changed" {
        if let old, old[member.name] == value { continue }
        let name = old == nil ? member.name : member.name.replacing("drupal_internal__", with: "")
        throw SiteError(
          403,
          "The current user is not allowed to \(method) the selected field (\(name))."
            + (isID ? " The entity ID cannot be changed." : ""), pointer: "/data/attributes/\(name)")
      }
      attributes.append((member.name, value))
    }
  }

  /// A value as the site stores and shows it.
  private static func stored(_ value: JSON, _ kind: AttributeKind, old: JSON?) throws(SiteError) -> JSON {
    switch kind {
    case .epoch, .dateTime:
      guard let text = value.string else { return value }
      guard let seconds = SiteTime.seconds(text) ?? Int64(text) else {
        throw SiteError(
          422,
          "The specified date \"\(text)\" is not in an accepted format: \"U\" (UNIX timestamp), \"Y-m-d\\TH:i:sO\" "
            + "(ISO 8601), \"Y-m-d\\TH:i:sP\" (RFC 3339).")
      }
      return .string(SiteTime.text(seconds))
    case .object(let properties) where properties.contains("processed"):
      if value.isNull { return value }
      let text = value["value"] ?? (value.string != nil ? value : .null)
      var object = JSONObject([
        ("value", text), ("format", value["format"] ?? .null),
        ("processed", text.string.map { .string($0 + "\n") } ?? .null),
      ])
      if let old, old["value"] == text, old["format"] == object["format"] { object["processed"] = old["processed"] }
      if properties.contains("summary") { object["summary"] = value["summary"] ?? old?["summary"] ?? .null }
      return .object(object)
    case .object:
      guard let given = value.object else { return value }
      var merged = old?.object ?? JSONObject()
      for member in given.members { merged[member.name] = member.value }
      return .object(merged)
    default: return value
    }
  }

  /// The one text that an entity of a type cannot do without.
  private static let labels = ["node": "title", "taxonomy_term": "name", "group": "label", "user": "name"]

  private func validate(_ type: ResourceType, isNew: Bool) throws(SiteError) {
    guard let label = WritePayload.labels[type.entityType] else { return }
    let given = attributes.first { $0.0 == label }
    guard let given else {
      if isNew { throw .violation("\(label): This value should not be null.", "/data/attributes/\(label)") }
      return
    }
    let text = given.1.string ?? ""
    if text.isEmpty { throw .violation("\(label): This value should not be null.", "/data/attributes/\(label)") }
    if text.unicodeScalars.count > 255 {
      let name = label.prefix(1).uppercased() + label.dropFirst()
      throw .violation(
        "\(label).0.value: \(name): may not be longer than 255 characters.", "/data/attributes/\(label)/value")
    }
  }
}
