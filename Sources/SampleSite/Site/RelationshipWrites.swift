import JSONAPI

extension SampleSite {
  /// POST, PATCH and DELETE on `…/{uuid}/relationships/{name}` (reference 5.6): 204 when the outcome holds nothing that
  /// the client did not send, else the document.
  func changeRelationship(
    _ number: Int, _ row: Row, _ name: String, _ reader: Reader
  ) throws(SiteError) -> SiteResponse {
    let type = reader.community.types[number]
    let method = reader.request.method
    let isList = type.toMany.contains(name)
    let given = try RelationshipPayload(reader.request, name, type: type, community: reader.community, isList: isList)
    let old = reader.community.items(of: row, name)
    let new: [JSON]
    switch method {
    case "POST": new = old + given.items.filter { item in !old.contains { $0.isHeld(as: item) } }
    case "DELETE": new = old.filter { item in !given.items.contains { $0.covers(item) } }
    default: new = given.items
    }
    let now = self.now
    if new.map(\.key) != old.map(\.key) {
      withCommunity { community in
        let items = JSON.numbered(new.map { community.attachment($0, field: name) })
        try? community.patch(
          row.uuid.text, at: now, attributes: [], relationships: [(name, isList ? .array(items) : items.first ?? nil)])
      }
      if type.entityType == "user" { revokeTokens(of: row.uuid.text) }
    }
    let isAllSent = new.allSatisfy { item in given.items.contains { $0.covers(item) } }
    let renewed = renewed(reader)
    guard let fresh = renewed.community.find(row.uuid) else { throw SiteError(404, "The entity was deleted.") }
    let isBare = method == "DELETE" || isAllSent
    if isBare, reader.parameters["include"] == nil { return SiteResponse(204) }
    // What it is to include is looked for though nothing of it is sent.
    let answer = try renewed.relationship(fresh.type, fresh.row, name)
    return isBare ? SiteResponse(204) : answer
  }
}

/// The body of a write to a relationship, checked.
struct RelationshipPayload: Sendable {
  let items: [JSON]

  init(
    _ request: SiteRequest, _ name: String, type: ResourceType, community: Community, isList: Bool
  ) throws(SiteError) {
    guard !request.body.isEmpty else {
      throw SiteError(
        400,
        request.method == "DELETE"
          ? "You need to provide a body for DELETE operations on a relationship (\(name))." : "Empty request body.")
    }
    guard let document = try? JSON(parsing: request.body) else { throw SiteError(400, "Syntax error") }
    // Whether a to-one takes the method at all is found out later, so its shape goes first.
    guard let data = document["data"], isList == (data.array != nil) else {
      throw SiteError(400, "Invalid body payload for the relationship.")
    }
    let given = data.isNull ? [] : data.array ?? [data]
    let types = type.targets[name] ?? []
    for item in given {
      guard let kind = item["type"]?.string, !kind.isEmpty, item["id"]?.string?.isEmpty == false else {
        throw SiteError(400, "Invalid body payload for the relationship.")
      }
      guard types.isEmpty || types.contains(kind) else {
        throw SiteError(
          400,
          "The provided type (\(kind)) does not match the destination resource types (\(types.joined(separator: ", ")))."
        )
      }
    }
    let isTwice = given.indices.contains { at in
      given[..<at].contains { $0.covers(given[at]) || given[at].covers($0) }
    }
    guard !isTwice else {
      throw SiteError(
        400,
        "Duplicate relationships are not permitted. Use `meta.arity` to distinguish resource identifiers with matching "
          + "`type` and `id` values.")
    }
    if !isList, request.method != "PATCH" {
      let verb = request.method == "POST" ? "POST to" : "DELETE from"
      throw SiteError(409, "You can only \(verb) to-many relationships. \(name) is a to-one relationship.")
    }
    for item in given {
      guard let id = item["id"]?.string, let kind = item["type"]?.string else { continue }
      let target = community.types.first { $0.name == kind }?.entityType
      if let uuid = EntityUUID(id), let target, community.find(uuid, entityType: target) != nil { continue }
      throw SiteError(400, "The targeted `\(kind)` resource with ID `\(id)` does not exist.")
    }
    items = given
  }
}

extension JSON {
  /// What tells one resource identifier from another: type, id and arity (reference 2.7).
  fileprivate var key: String { "\(identity)#\(self["meta"]?["arity"]?.integer ?? 0)" }

  private var identity: String { "\(self["type"]?.string ?? "")/\(self["id"]?.string?.lowercased() ?? "")" }

  /// Whether a client's identifier means this stored one, whose arity is 0 where it shows none.
  fileprivate func isHeld(as item: JSON) -> Bool {
    item["meta"]?["arity"] == nil ? identity == item.identity : key == item.key
  }

  /// Identifiers with the arities that the site shows: none where a target is there once.
  fileprivate static func numbered(_ items: [JSON]) -> [JSON] {
    items.enumerated().map { at, item in
      let isParallel = items.count { $0.identity == item.identity } > 1
      guard isParallel || item["meta"]?["arity"] != nil, var object = item.object else { return item }
      let arity = JSON.integer(Int64(items[..<at].count { $0.identity == item.identity }))
      let others = item["meta"]?.object?.members.filter { $0.name != "arity" }.map { ($0.name, $0.value) } ?? []
      object["meta"] = .object(JSONObject((isParallel ? [("arity", arity)] : []) + others))
      return .object(object)
    }
  }

  /// Without an arity an identifier means all parallels.
  fileprivate func covers(_ other: JSON) -> Bool {
    self["meta"]?["arity"] == nil ? identity == other.identity : key == other.key
  }
}

extension Community {
  /// The identifiers of a relationship, none for null.
  func items(of row: Row, _ name: String) -> [JSON] {
    guard let data = document(row).relationships?[name]?["data"], !data.isNull else { return [] }
    return data.array ?? [data]
  }

  /// The resources that a relationship points to, as many as still exist.
  func targets(of row: Row, _ name: String) -> [(type: Int, row: Row)] {
    items(of: row, name).compactMap { item in item["id"]?.string.flatMap { find($0) } }
  }

  /// The document of a row as it was recorded: attributes other than ids and times are the same in all clones, so there is
  /// no need to build the clone.
  func recorded(_ row: Row) -> ContentRow {
    switch row.body {
    case .own(let body): body.row
    case .content(let number, _): content.resources[Int(number)].row
    }
  }
}
