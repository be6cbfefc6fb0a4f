import Foundation
import GRDB
import JSONAPI

/// Turns what clients ask for into rows of the outbox and local documents, inside one transaction.
struct Recorder {
  let writer: OutboxWriter
  let now: Int64

  func record(_ change: LocalChange) throws -> RecordedChange {
    guard writer.form.path(of: change.type) != nil else { throw RecordRefusal.unknownType(change.type) }
    let type = try writer.names.type(change.type)
    switch change.action {
    case .create(let object):
      return try create(change, type, .create, members: given(object, in: nil, change))
    case .upload(let file, let hostType, let field, let isAttached):
      let members = [
        ChangedMember(.attributes, "filename", base: nil, local: .string(file.filename)),
        ChangedMember(.attributes, "filesize", base: nil, local: .integer(file.bytes)),
        ChangedMember(.attributes, "filemime", base: nil, local: .string(file.mediaType)),
        ChangedMember(.attributes, "status", base: nil, local: .bool(isAttached)),
      ]
      let recorded = try create(change, type, .upload, members: members)
      try writer.db.run(
        sql: """
          INSERT INTO upload (change, host_type, field, filename, local_uuid, bytes, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          recorded.change, hostType, field, file.filename, change.uuid.description, file.bytes, file.sha256,
        ])
      return recorded
    case .update(let object):
      let (id, json) = try current(change, type)
      return try edit(change, type, id, given(object, in: json, change))
    case .append(let targets, let name):
      return try relate(change, type, name) { old in
        let present = Set(old.map(FieldValue.key))
        var added: Set<String> = []
        return old
          + targets.map(\.json).filter { item in
            let isNew = item["meta"]?["arity"] != nil || !present.contains(FieldValue.key(item))
            return isNew && added.insert(FieldValue.key(item)).inserted
          }
      }
    case .remove(let targets, let name):
      let gone = Set(targets.map { FieldValue.key($0.json) })
      return try relate(change, type, name) { old in old.filter { !gone.contains(FieldValue.key($0)) } }
    case .replace(let name, let linkage):
      let (id, json) = try current(change, type)
      guard let relationship = json["relationships"]?[name] else {
        throw RecordRefusal.noRelationship(type: change.type, name: name)
      }
      let member = ChangedMember(
        .relationships, name, base: relationship["data"], local: translated(linkage.json, change))
      return try edit(change, type, id, different([member]))
    case .delete: return try delete(change, type)
    }
  }

  // MARK: The three kinds

  private func create(
    _ change: LocalChange, _ type: Int64, _ kind: ChangeKind, members: [ChangedMember]
  ) throws -> RecordedChange {
    let isTaken = try Bool.cachedOne(
      writer.db,
      sql: """
        SELECT EXISTS (
          SELECT 1 FROM identity i JOIN resource_type t ON t.id = i.type
          WHERE i.uuid = ? AND t.entity_type = (SELECT entity_type FROM resource_type WHERE id = ?)
            AND (EXISTS (SELECT 1 FROM resource WHERE id = i.id) OR EXISTS (SELECT 1 FROM outbox_copy WHERE resource = i.id)))
        """, arguments: [Data(change.uuid.bytes), type])
    if isTaken == true { throw RecordRefusal.alreadyExists(type: change.type, change.uuid) }
    let id = try writer.identity(change.uuid, type)
    let row = try writer.rows.insert(kind, resource: id, type: type, members: members, author: change.author, at: now)
    try writer.copies.begin(id, base: nil)
    try writer.redraw(id, type: change.type, uuid: change.uuid)
    return recorded(row, id, change)
  }

  private func edit(
    _ change: LocalChange, _ type: Int64, _ id: Int64, _ members: [ChangedMember]
  ) throws -> RecordedChange {
    if members.isEmpty { return recorded(nil, id, change) }
    let waiting = try writer.rows.unsettled(of: id)
    let last = waiting.last
    let members = try writer.supersede(waiting.dropLast(), by: members, at: now)
    let decision = Coalescing.decide(
      .update, after: last.map { summary($0, members) },
      namesLaterCreation: try last.map { try namesLaterCreation(members, than: $0) } ?? false)
    try writer.copies.begin(id, base: writer.stored(id))
    var row: Int64?
    if case .merge(let kind) = decision, let last {
      let merged = last.members.merged(with: members)
      row = last.id
      if kind == .update, merged.isEmpty {
        try writer.rows.finish(last, .dropped, at: now)
      } else {
        try writer.rows.rewrite(last.id, kind: kind, members: merged, author: change.author, at: now)
      }
    } else {
      row = try writer.rows.insert(
        .update, resource: id, type: type, members: members, author: change.author, at: now)
    }
    try writer.redraw(id, type: change.type, uuid: change.uuid)
    return recorded(row, id, change)
  }

  private func delete(_ change: LocalChange, _ type: Int64) throws -> RecordedChange {
    let (id, _) = try current(change, type)
    let waiting = try writer.rows.unsettled(of: id)
    if let first = waiting.first, first.kind == .create || first.kind == .upload,
      Coalescing.decide(.delete, after: summary(first, [])) == .cancel
    {
      for row in waiting { try writer.rows.finish(row, .dropped, at: now) }
      try writer.bury(first, nil, how: "never on the site", at: now)
      return recorded(first.id, id, change)
    }
    try writer.copies.begin(id, base: writer.stored(id))
    var row: Int64?
    if let last = waiting.last, Coalescing.decide(.delete, after: summary(last, [])) == .merge(as: .delete),
      try !clashes(last, change)
    {
      try writer.rows.rewrite(last.id, kind: .delete, members: [], author: change.author, at: now)
      row = last.id
    } else {
      row = try writer.rows.insert(.delete, resource: id, type: type, members: [], author: change.author, at: now)
    }
    try writer.redraw(id, type: change.type, uuid: change.uuid)
    return recorded(row, id, change)
  }

  private func relate(
    _ change: LocalChange, _ type: Int64, _ name: String, _ edited: ([JSON]) -> [JSON]
  ) throws -> RecordedChange {
    let (id, json) = try current(change, type)
    guard let relationship = json["relationships"]?[name] else {
      throw RecordRefusal.noRelationship(type: change.type, name: name)
    }
    guard let old = relationship["data"]?.array else { throw RecordRefusal.notToMany(type: change.type, name: name) }
    let member = ChangedMember(.relationships, name, base: .array(old), local: .array(edited(old)))
    return try edit(change, type, id, different([member]))
  }

  /// Whether an update stands against what the site shows already: a deletion in its place would hide that from everybody.
  private func clashes(_ update: OutboxChange, _ change: LocalChange) throws -> Bool {
    guard let newest = try writer.copies.copy(of: update.resource)?.newest else { return false }
    let site = try writer.form.json(newest, type: change.type)
    return ![update].covered(of: site).isEmpty
  }

  // MARK: Parts

  private func current(_ change: LocalChange, _ type: Int64) throws -> (Int64, JSON) {
    let id = try writer.identity(change.uuid, type)
    guard let stored = try writer.stored(id) else { throw RecordRefusal.notFound(type: change.type, change.uuid) }
    return (id, try writer.form.json(stored, type: change.type))
  }

  private func recorded(_ row: Int64?, _ id: Int64, _ change: LocalChange) -> RecordedChange {
    RecordedChange(change: row, resource: id, type: change.type, uuid: change.uuid)
  }

  private func summary(_ last: OutboxChange, _ members: [ChangedMember]) -> Coalescing.Last {
    Coalescing.Last(
      kind: last.kind, state: last.state, sends: last.sends,
      overlaps: members.contains { member in last.members.contains { $0.isSameMember(as: member) } })
  }

  private func namesLaterCreation(_ members: [ChangedMember], than last: OutboxChange) throws -> Bool {
    guard last.kind == .create else { return false }
    for target in Set(members.flatMap(\.targets)) {
      let isLater = try Bool.cachedOne(
        writer.db,
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM outbox o JOIN identity i ON i.id = o.resource
            WHERE i.uuid = ? AND o.id > ? AND o.kind IN ('create', 'upload') AND o.\(OutboxSchema.isUnsettled))
          """, arguments: [Data(target.bytes), last.id])
      if isLater == true { return true }
    }
    return false
  }

  /// The members of a client's resource object that can be set and differ from what the resource shows.
  private func given(_ object: ResourceObject, in json: JSON?, _ change: LocalChange) -> [ChangedMember] {
    var members: [ChangedMember] = []
    for member in object.attributes?.members ?? [] where !FieldValue.isReadOnly(member.name) {
      let old = json?["attributes"]?[member.name]
      members.append(
        ChangedMember(
          .attributes, member.name, base: old,
          local: FieldValue.completed(translated(member.value, change), over: old)))
    }
    for name in object.relationshipNames {
      guard let data = object[relationship: name]?.data?.json else { continue }
      if json != nil, json?["relationships"]?[name] == nil { continue }
      members.append(
        ChangedMember(
          .relationships, name, base: json?["relationships"]?[name]?["data"], local: translated(data, change)))
    }
    return json == nil ? members : different(members)
  }

  private func different(_ members: [ChangedMember]) -> [ChangedMember] {
    members.filter { !FieldValue.same($0.base, $0.local, in: $0.group) }
  }

  /// The value with the site's base URL where the client saw the mirror's.
  private func translated(_ value: JSON, _ change: LocalChange) -> JSON {
    guard let base = change.clientBase, !base.isEmpty, base != writer.form.base.text else { return value }
    switch value {
    case .string(let text): return .string(text.replacing(base, with: writer.form.base.text))
    case .array(let elements): return .array(elements.map { translated($0, change) })
    case .object(let object):
      return .object(JSONObject(object.members.map { ($0.name, translated($0.value, change)) }))
    default: return value
    }
  }
}
