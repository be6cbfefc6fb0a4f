import JSONAPI

/// An Open Social community in memory: a value, so that a request reads one consistent state while changes go on.
///
/// Nothing here knows HTTP. Times are Unix seconds, ids are UUID texts, types are names such as `node--topic`.
package struct Community: Sendable {
  let content: Content
  let lineage: Lineage
  var collections: [Collection]
  /// UUIDs of deleted resources: references to them become `missing`.
  var removed: Set<EntityUUID> = []
  var lastID: [String: Int64] = [:]
  /// The account that the tokens of this site stand for.
  package let account = "a0000000-0000-4000-8000-000000000001"
  /// Roles of users by UUID; who is not in it is a member.
  package var roles: [String: Role]
  /// Whether creating `group_content` answers 500, as Group 2.3 does without its compatibility module (reference 12).
  package var refusesGroupContent = false
  /// The bytes of files that were uploaded; all others are generated.
  var uploads: [EntityUUID: [UInt8]] = [:]
  /// Whether translations have times of their own, and `changed` of those that are not shown (`Habit.translations`).
  var isMultilingual = false
  var translations: [EntityUUID: [Int64]] = [:]
  /// UUID of what was created last.
  var lastCreated: String?
  /// What a single request makes of things that differ on every read.
  var reading = Reading()

  /// What differs from one request to the next: signed URLs of files (reference 12).
  struct Reading: Sendable {
    var seed: UInt64 = 0
    /// Unix seconds.
    var now: Int64 = 0
    /// Whether the attributes of some resources come in another order.
    var reordersAttributes = false
  }

  /// Whether a user exists and is blocked.
  package func isBlocked(_ user: String) -> Bool {
    find(user).map { recorded($0.row).attributes["status"]?.bool == false } ?? false
  }

  /// The role of a user.
  package func role(of user: String) -> Role { roles[user] ?? .member }

  /// Types for which any filter gives an empty answer without an error (reference 3.3).
  package var silentlyRefusesFilter: Set<String> = []

  /// The recorded community of 1,302 resources.
  /// - Throws: when the embedded content is damaged.
  package init() throws { try self.init(scaledTo: 0) }

  /// A community of `count` resources made from the recorded ones by cloning, always the same for the same count; never
  /// smaller than the recorded one.
  /// - Throws: when the embedded content is damaged.
  package static func scaled(to count: Int) throws -> Community { try Community(scaledTo: count) }

  private init(scaledTo count: Int) throws {
    let content = try Content.recorded()
    let lineage = Lineage(content: content, count: count)
    var rows = [[Row]](repeating: [], count: content.types.count)
    for generation in 0...Int32(lineage.whole + 1) {
      for number in content.resources.indices.map(Int32.init) where lineage.exists(number, generation: generation) {
        rows[content.resources[Int(number)].row.type].append(lineage.row(number, generation: generation))
      }
    }
    self.init(content: content, lineage: lineage, rows: rows)
  }

  /// The recorded resources of these numbers alone.
  init(content: Content, resources: [Int32]) {
    let lineage = Lineage(content: content, count: 0)
    var rows = [[Row]](repeating: [], count: content.types.count)
    for number in resources {
      rows[content.resources[Int(number)].row.type].append(lineage.row(number, generation: 0))
    }
    self.init(content: content, lineage: lineage, rows: rows)
  }

  private init(content: Content, lineage: Lineage, rows: [[Row]]) {
    self.content = content
    self.lineage = lineage
    roles = [account: .siteManager]
    collections = rows.map(Collection.init)
    for (type, collection) in zip(content.types, collections) {
      for row in collection.slots {
        lastID[type.entityType] = max(lastID[type.entityType] ?? 0, row?.id ?? 0, row?.revision ?? 0)
      }
    }
  }

  /// All resource types, by name.
  package var types: [ResourceType] { content.types }

  /// How many resources there are, the hidden ones counted.
  package var count: Int { collections.reduce(0) { $0 + $1.count } }

  /// How many resources of a type there are; 0 for a type that does not exist.
  package func count(of type: String) -> Int { content.typeNumbers[type].map { collections[$0].count } ?? 0 }

  /// The UUIDs of a type in the order of its collection.
  package func ids(of type: String) -> [String] {
    content.typeNumbers[type].map { collections[$0].slots.compactMap { $0?.uuid.text } } ?? []
  }

  /// The type of a resource, and its attributes and relationships (`data` alone); nil when it does not exist.
  package func resource(_ id: String) -> (type: String, attributes: JSONObject, relationships: JSONObject)? {
    guard let (number, row) = find(id) else { return nil }
    let body = document(row)
    return (content.types[number].name, body.attributes, body.relationships ?? JSONObject())
  }

  func find(_ id: String) -> (type: Int, row: Row)? {
    guard let uuid = EntityUUID(id) else { return nil }
    return find(uuid)
  }

  func find(_ uuid: EntityUUID) -> (type: Int, row: Row)? {
    for (number, collection) in collections.enumerated() {
      if let row = collection[uuid] { return (number, row) }
    }
    return nil
  }

  /// The row a resource of an entity type has, whatever its bundle (reference 4.2: the wrong bundle is not detected).
  func find(_ uuid: EntityUUID, entityType: String) -> (type: Int, row: Row)? {
    for (number, collection) in collections.enumerated() where content.types[number].entityType == entityType {
      if let row = collection[uuid] { return (number, row) }
    }
    return nil
  }

  /// The body of a row with its own ids, times and targets in place.
  func document(_ row: Row) -> ContentRow {
    switch row.body {
    case .own(let body): return body.row
    case .content(let number, let generation):
      let resource = content.resources[Int(number)]
      return generation == 0 ? resource.row : clone(resource, row: row, generation: generation)
    }
  }

  private func clone(_ resource: ContentResource, row: Row, generation: Int32) -> ContentRow {
    let type = content.types[resource.row.type]
    var body = resource.row
    body.uuid = row.uuid
    if body.attributes[type.idAttribute] != nil { body.attributes[type.idAttribute] = .integer(row.id) }
    if let name = type.revisionAttribute { body.attributes[name] = .integer(row.revision) }
    for (name, time) in [("changed", row.changed), ("created", row.created)] where body.attributes[name] != nil {
      body.attributes[name] = .string(SiteTime.text(time))
    }
    guard let relationships = body.relationships else { return body }
    var moved = relationships
    for member in relationships.members {
      guard let data = member.value["data"] else { continue }
      let items = data.array.map { JSON.array($0.map { identifier($0, generation) }) }
      moved[member.name] = ["data": items ?? identifier(data, generation)]
    }
    body.relationships = moved
    return body
  }

  private func identifier(_ item: JSON, _ generation: Int32) -> JSON {
    guard var object = item.object, let uuid = object["id"]?.string.flatMap({ EntityUUID($0) }) else { return item }
    let id = object["meta"]?["drupal_internal__target_id"]?.integer ?? 0
    let target = lineage.target(
      Template.Target(uuid: uuid, id: id, content: content.numbers[uuid], missing: []), generation: generation)
    object["id"] = .string(target.uuid.text)
    if var meta = object["meta"]?.object, meta["drupal_internal__target_id"] != nil {
      meta["drupal_internal__target_id"] = .integer(target.id)
      object["meta"] = .object(meta)
    }
    return .object(object)
  }
}
