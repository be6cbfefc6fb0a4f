import JSONAPI

/// A request that a community cannot fulfil.
package enum CommunityError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No resource has this UUID.
  case noSuchResource(String)
  /// No type has this name.
  case noSuchType(String)
  /// A given id has not the form of a UUID.
  case notUUID(String)
  /// A resource of the same entity type has this UUID.
  case alreadyExists(String)

  /// One line for the operator.
  package var description: String {
    switch self {
    case .noSuchResource(let id): "the sample community has no resource \(id); list them with ids(of:)"
    case .noSuchType(let name): "the sample community has no type \(name); see Community.types"
    case .notUUID(let id): "'\(id)' is not a UUID of 36 characters"
    case .alreadyExists(let id): "the sample community already has a resource \(id)"
    }
  }
}

extension Community {
  /// Edits a resource as a person on the site does: `changed` becomes the given time and a versionable type gets a new
  /// revision, whether or not a value differs (reference 6.2).
  ///
  /// A time in the past is a late commit (the row shows now with the second in which its request began) or an import.
  /// - Throws: `CommunityError.noSuchResource`.
  package mutating func edit(
    _ id: String, at now: Int64, attributes: [(String, JSON)] = [], relationships: [(String, JSON)] = []
  ) throws(CommunityError) {
    try update(id, attributes, relationships, changed: now, newRevision: true)
  }

  /// Edits a resource as a PATCH does on this site: `changed` moves, the revision stays.
  mutating func patch(
    _ id: String, at now: Int64, attributes: [(String, JSON)], relationships: [(String, JSON)]
  ) throws(CommunityError) {
    try update(id, attributes, relationships, changed: now, newRevision: false)
  }

  /// Edits a resource without moving `changed` or the revision: counters, aliases, direct writes (reference 6.2).
  /// - Throws: `CommunityError.noSuchResource`.
  package mutating func editSilently(
    _ id: String, attributes: [(String, JSON)] = [], relationships: [(String, JSON)] = []
  ) throws(CommunityError) {
    try update(id, attributes, relationships, changed: nil, newRevision: false)
  }

  /// Creates a resource at the end of its collection, with the attributes of its type: those not given are empty or have
  /// the site's default. `by` is the UUID of its author, the account's when nil. Returns its UUID.
  /// A time in the past is a late commit, as with `edit`.
  /// - Throws: `CommunityError.noSuchType`, `.notUUID` or `.alreadyExists`.
  @discardableResult
  package mutating func create(
    _ type: String, id: String? = nil, at now: Int64, by owner: String? = nil, attributes: [(String, JSON)] = [],
    relationships: [(String, JSON)] = []
  ) throws(CommunityError) -> String {
    guard let number = content.typeNumbers[type] else { throw .noSuchType(type) }
    let model = content.types[number]
    let internalID = (lastID[model.entityType] ?? 0) + 1
    let text = id ?? EntityUUID(high: mixed(UInt64(now)), low: mixed(UInt64(internalID))).derived(1).text
    guard let uuid = EntityUUID(text) else { throw .notUUID(text) }
    guard find(uuid, entityType: model.entityType) == nil else { throw .alreadyExists(text) }
    lastID[model.entityType] = internalID
    removed.remove(uuid)
    var row = Row(
      uuid: uuid, id: internalID, revision: model.revisionAttribute == nil ? 0 : internalID, changed: now, created: now,
      concealment: .none, body: .content(0, generation: 0))
    var body = blank(number, uuid: uuid, id: internalID, owner: owner ?? account, now: now)
    apply(attributes, relationships, to: &body)
    if model.entityType == "group_content", !relationships.contains(where: { $0.0 == "uid" }),
      let author = author(ofTargetOf: body)
    {
      apply([], [("uid", author)], to: &body)
    }
    for (name, value) in derived(model, body) where !attributes.contains(where: { $0.0 == name }) {
      body.attributes[name] = value
    }
    lastCreated = uuid.text
    row.created = body.attributes["created"]?.string.flatMap(SiteTime.seconds) ?? now
    row.body = .own(own(body, row: row))
    collections[number].append(row)
    return uuid.text
  }

  /// Deletes a resource. References to it become `missing` (reference 6.3).
  /// - Throws: `CommunityError.noSuchResource`.
  package mutating func delete(_ id: String) throws(CommunityError) {
    guard let (number, row) = find(id) else { throw .noSuchResource(id) }
    collections[number].remove(row.uuid)
    removed.insert(row.uuid)
  }

  /// Makes a resource one of another type of its entity type, as a change of its bundle in the database does: id, serial number and
  /// times stay.
  /// - Throws: `CommunityError.noSuchResource` or `.noSuchType`.
  package mutating func retype(_ id: String, as type: String) throws(CommunityError) {
    guard let (number, found) = find(id) else { throw .noSuchResource(id) }
    guard let other = content.typeNumbers[type] else { throw .noSuchType(type) }
    var body = document(found)
    body.type = other
    var row = found
    row.body = .own(own(body, row: row))
    collections[number].remove(row.uuid)
    collections[other].append(row)
  }

  /// Hides a resource from the account, in one of the two ways the site has, or shows it again (`.none`).
  /// - Throws: `CommunityError.noSuchResource`.
  package mutating func conceal(_ id: String, _ how: Concealment) throws(CommunityError) {
    guard let (number, found) = find(id) else { throw .noSuchResource(id) }
    var row = found
    row.concealment = how
    collections[number].replace(row)
  }

  /// Blocks a user, or lets one in again: an edit of `status`. A blocked user's tokens are refused at once.
  /// - Throws: `CommunityError.noSuchResource`.
  package mutating func block(_ user: String, at now: Int64, _ isBlocked: Bool = true) throws(CommunityError) {
    try edit(user, at: now, attributes: [("status", .bool(!isBlocked))])
  }

  /// Unpublishes a resource: an edit of `status`. Anonymous visitors no longer see it, and with `hides` neither does the
  /// account, as for a plain member.
  /// - Throws: `CommunityError.noSuchResource`.
  package mutating func unpublish(_ id: String, at now: Int64, hides: Bool = false) throws(CommunityError) {
    try edit(id, at: now, attributes: [("status", false)])
    if hides { try conceal(id, .omitted) }
  }

  private mutating func update(
    _ id: String, _ attributes: [(String, JSON)], _ relationships: [(String, JSON)], changed: Int64?, newRevision: Bool
  ) throws(CommunityError) {
    guard let (number, found) = find(id) else { throw .noSuchResource(id) }
    let type = content.types[number]
    var row = found
    var body = document(row)
    apply(attributes, relationships, to: &body)
    body = withName(body)
    if let changed {
      row.changed = changed
      if body.attributes["changed"] != nil { body.attributes["changed"] = .string(SiteTime.text(changed)) }
    }
    if newRevision, let name = type.revisionAttribute {
      // Revisions and ids of a type may share a counter here: only that both grow matters.
      let revision = (lastID[type.entityType] ?? 0) + 1
      lastID[type.entityType] = revision
      row.revision = revision
      body.attributes[name] = .integer(revision)
    }
    row.created = body.attributes["created"]?.string.flatMap(SiteTime.seconds) ?? row.created
    row.body = .own(own(body, row: row))
    collections[number].replace(row)
  }

  private func own(_ body: ContentRow, row: Row) -> OwnBody {
    let template = Template(
      type: content.types[body.type], row: body, id: row.id, revision: row.revision, targets: { _ in nil },
      shifts: false)
    return OwnBody(row: body, template: template)
  }

  private func apply(
    _ attributes: [(String, JSON)], _ relationships: [(String, JSON)], to body: inout ContentRow
  ) {
    for (name, value) in attributes { body.attributes[name] = value }
    for (name, data) in relationships {
      let items = data.array.map { JSON.array($0.map(completed)) }
      var all = body.relationships ?? JSONObject()
      all[name] = ["data": items ?? completed(data)]
      body.relationships = all
    }
  }

  /// An identifier with the internal id that the site adds (reference 2.7).
  func completed(_ item: JSON) -> JSON {
    guard var object = item.object, let id = object["id"]?.string, let (number, row) = find(id) else { return item }
    object["type"] = .string(content.types[number].name)
    var meta = object["meta"]?.object ?? JSONObject()
    meta["drupal_internal__target_id"] = .integer(row.id)
    object["meta"] = .object(meta)
    return .object(object)
  }

  /// The document of a new resource: every member of its type, empty or with the site's default.
  private func blank(_ number: Int, uuid: EntityUUID, id: Int64, owner: String, now: Int64) -> ContentRow {
    let type = content.types[number]
    let model = content.resources.first { $0.row.type == number && $0.row.relationships != nil }?.row
    let owner = reference("user--user", owner)
    var attributes = JSONObject()
    for member in model?.attributes.members ?? [] {
      attributes[member.name] =
        switch (member.name, type.kinds[member.name]) {
        case (type.idAttribute, _), (type.revisionAttribute, _): .integer(id)
        case ("langcode", _), ("preferred_langcode", _), ("entity_type", _), ("plugin_id", _), ("timezone", _):
          member.value
        case ("status", _): true
        case ("promote", _), ("sticky", _): false
        case ("metatag", _): []
        case ("path", _): ["alias": nil, "pid": nil, "langcode": "en"]
        case ("access", _), ("login", _): .string(SiteTime.text(0))
        case ("affiliation_owned_count", _): member.value
        case (_, .flag?): member.value
        case (_, .epoch?): .string(SiteTime.text(now))
        case (_, .object(let properties)?) where properties.contains("comment_count"):
          [
            "status": 2, "cid": 0, "last_comment_timestamp": 0, "last_comment_name": nil,
            "last_comment_uid": 0, "comment_count": 0,
          ]
        default: .null
        }
    }
    var relationships = JSONObject()
    for member in model?.relationships?.members ?? [] {
      switch member.name {
      case "revision_user" where type.entityType == "taxonomy_term": relationships[member.name] = ["data": .null]
      case "uid", "user_id", "revision_uid", "revision_user": relationships[member.name] = ["data": completed(owner)]
      case "parent" where type.entityType == "taxonomy_term": relationships[member.name] = member.value
      default:
        let isList = type.toMany.contains(member.name)
        relationships[member.name] = member.value["bare"] != nil ? member.value : ["data": isList ? [] : .null]
      }
    }
    return ContentRow(type: number, uuid: uuid, attributes: attributes, relationships: relationships, hidden: false)
  }
}
