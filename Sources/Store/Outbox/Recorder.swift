import Foundation
import GRDB
import JSONAPI

/// Turns what clients ask for into rows of the outbox and local documents, inside one transaction.
struct Recorder {
  let writer: OutboxWriter
  let now: Int64

  func record(_ asked: LocalChange) throws -> RecordedChange {
    guard writer.form.path(of: asked.type) != nil else { throw RecordRefusal.unknownType(asked.type) }
    let type = try writer.names.type(asked.type)
    let change = try ofToday(asked)
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
      let (id, text) = try current(change, type)
      return try edit(change, type, id, given(object, in: text, change))
    case .append(let targets, let name):
      let items = try targets.map { try ofToday($0.json) }
      return try relate(change, type, name) { old in
        let present = Set(old.map(FieldValue.key))
        var added: Set<String> = []
        return old
          + items.filter { item in
            let isNew = item["meta"]?["arity"] != nil || !present.contains(FieldValue.key(item))
            return isNew && added.insert(FieldValue.key(item)).inserted
          }
      }
    case .remove(let targets, let name):
      let gone = Set(try targets.map { FieldValue.key(try ofToday($0.json)) })
      return try relate(change, type, name) { old in old.filter { !gone.contains(FieldValue.key($0)) } }
    case .replace(let name, let linkage):
      let (id, text) = try current(change, type)
      guard let relationship = try text.value(.relationships, name) else {
        throw RecordRefusal.noRelationship(type: change.type, name: name)
      }
      let member = ChangedMember(
        .relationships, name, base: relationship["data"], local: try ofToday(translated(linkage.json, change)))
      return try edit(change, type, id, [member])
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
          WHERE \(IdentityIndex.uuid("i")) = ? AND t.entity_type = (SELECT entity_type FROM resource_type WHERE id = ?)
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
    _ change: LocalChange, _ type: Int64, _ id: Int64, _ asked: [ChangedMember]
  ) throws -> RecordedChange {
    let waiting = try writer.rows.unsettled(of: id)
    let differing = different(asked)
    if differing.isEmpty { return try repeated(asked, waiting, id, change) }
    let last = waiting.last
    let members = try writer.supersede(waiting.dropLast(), by: differing, at: now)
    var (namesLater, namesAny) = (false, false)
    if let last, last.kind == .create { namesLater = try names(members, createdAfter: last.id, but: id) }
    if let last, last.kind == .update { namesAny = try names(members + last.members, createdAfter: 0, but: id) }
    let decision = Coalescing.decide(
      .update, after: last.map { summary($0, members) }, namesLaterCreation: namesLater, namesCreation: namesAny)
    try writer.copies.begin(id, base: writer.stored(id))
    var row: Int64?
    if case .merge(let kind) = decision, let last {
      let merged = last.members.merged(with: members)
      row = last.id
      if kind == .update, merged.isEmpty {
        try writer.rows.finish(last, .dropped, at: now)
      } else {
        try writer.rows.rewrite(last.id, kind: kind, members: merged, author: change.author, at: now)
        // A refused creation is corrected: what waited for it goes after it.
        if kind == .create, last.state == .rejected { try writer.release(waitingFor: last.id) }
      }
    } else {
      row = try writer.rows.insert(
        .update, resource: id, type: type, members: members, author: change.author, at: now)
    }
    try writer.redraw(id, type: change.type, uuid: change.uuid)
    return recorded(row, id, change)
  }

  /// Nothing differs from what is shown: what is asked for stands, or waits. What the site refused is tried once more.
  private func repeated(
    _ asked: [ChangedMember], _ waiting: [OutboxChange], _ id: Int64, _ change: LocalChange
  ) throws -> RecordedChange {
    let keys = asked.keys
    let same = waiting.filter { !keys.isDisjoint(with: $0.members.keys) }
    if let last = same.last, last.state == .rejected, last.id == waiting.last?.id {
      try writer.rows.rewrite(last.id, kind: last.kind, members: last.members, author: change.author, at: now)
      if last.kind == .create { try writer.release(waitingFor: last.id) }
      try writer.redraw(id, type: change.type, uuid: change.uuid)
    }
    var outcome = recorded(nil, id, change)
    outcome.repeats = same.map(\.id)
    return outcome
  }

  private func delete(_ change: LocalChange, _ type: Int64) throws -> RecordedChange {
    let (id, _) = try current(change, type)
    let waiting = try writer.rows.unsettled(of: id)
    if let first = waiting.first, first.kind == .create || first.kind == .upload,
      Coalescing.decide(.delete, after: summary(first, [])) == .cancel
    {
      for row in waiting { try writer.rows.finish(row, .dropped, at: now) }
      try writer.bury(first, nil, how: "never on the site", at: now)
      _ = try writer.strip(first, at: now)
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
    let (id, text) = try current(change, type)
    guard let relationship = try text.value(.relationships, name) else {
      throw RecordRefusal.noRelationship(type: change.type, name: name)
    }
    guard let old = relationship["data"]?.array else { throw RecordRefusal.notToMany(type: change.type, name: name) }
    let member = ChangedMember(.relationships, name, base: .array(old), local: .array(edited(old)))
    return try edit(change, type, id, [member])
  }

  /// Whether an update stands against what the site shows already: a deletion in its place would hide that from everybody.
  private func clashes(_ update: OutboxChange, _ change: LocalChange) throws -> Bool {
    guard let newest = try writer.copies.copy(of: update.resource)?.newest else { return false }
    return try ![update].covered(of: writer.form.text(newest, type: change.type)).isEmpty
  }

  // MARK: Parts

  private func current(_ change: LocalChange, _ type: Int64) throws -> (Int64, ResourceText) {
    let id = try writer.identity(change.uuid, type)
    guard let stored = try writer.stored(id) else { throw RecordRefusal.notFound(type: change.type, change.uuid) }
    return (id, try writer.form.text(stored, type: change.type))
  }

  private func recorded(_ row: Int64?, _ id: Int64, _ change: LocalChange) -> RecordedChange {
    RecordedChange(change: row, resource: id, type: change.type, uuid: change.uuid)
  }

  private func summary(_ last: OutboxChange, _ members: [ChangedMember]) -> Coalescing.Last {
    Coalescing.Last(
      kind: last.kind, state: last.state, sends: last.sends,
      overlaps: !members.keys.isDisjoint(with: last.members.keys))
  }

  /// Whether members point to a resource, other than their own, that the site does not have yet.
  /// - Parameter id: only creations that were recorded after this change count.
  private func names(_ members: [ChangedMember], createdAfter id: Int64, but own: Int64) throws -> Bool {
    for target in Set(members.flatMap(\.targets)) {
      let isNamed = try Bool.cachedOne(
        writer.db,
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM outbox o JOIN identity i ON i.id = o.resource
            WHERE \(IdentityIndex.uuid("i")) = ? AND o.id > ? AND o.resource <> ? AND o.kind IN ('create', 'upload')
              AND o.\(OutboxSchema.isUnsettled))
          """, arguments: [Data(target.bytes), id, own])
      if isNamed == true { return true }
    }
    return false
  }

  /// The members of a client's resource object that can be set, with what the resource shows instead.
  private func given(
    _ object: ResourceObject, in shown: ResourceText?, _ change: LocalChange
  ) throws -> [ChangedMember] {
    var members: [ChangedMember] = []
    for member in object.attributes?.members ?? []
    where !writer.form.isReadOnly(member.name, of: change.type) {
      let old = try shown?.value(.attributes, member.name)
      members.append(
        ChangedMember(
          .attributes, member.name, base: old,
          local: FieldValue.completed(translated(member.value, change), over: old)))
    }
    for name in object.relationshipNames {
      guard let data = object[relationship: name]?.data?.json else { continue }
      let old = try shown?.value(.relationships, name)
      if shown != nil, old == nil { continue }
      members.append(
        ChangedMember(.relationships, name, base: old?["data"], local: try ofToday(translated(data, change))))
    }
    return members
  }

  // MARK: Files that the site has renamed

  /// A change with the UUID that its file has today: it was checked against the mirror of a moment ago.
  private func ofToday(_ change: LocalChange) throws -> LocalChange {
    switch change.action {
    case .create, .upload: return change
    case .update, .delete, .append, .remove, .replace:
      var change = change
      change.uuid = try present(change.uuid, type: change.type) ?? change.uuid
      return change
    }
  }

  /// A relationship's `data` with the UUIDs that its files have today.
  private func ofToday(_ data: JSON) throws -> JSON {
    if let many = data.array { return .array(try many.map { try ofToday($0) }) }
    guard var item = data.object, let type = data["type"]?.string,
      let uuid = data["id"]?.string.flatMap({ ResourceID($0) }), let today = try present(uuid, type: type)
    else { return data }
    item["id"] = .string(today.description)
    return .object(item)
  }

  /// The UUID that a file has today which was uploaded here; nil for all else.
  private func present(_ uuid: ResourceID, type: String) throws -> ResourceID? {
    guard writer.form.homes.entityType(of: type) == "file" else { return nil }
    let bytes = try Data.cachedOne(
      writer.db,
      sql: """
        SELECT i.uuid FROM upload u JOIN outbox o ON o.id = u.change JOIN identity i ON i.id = o.resource
        WHERE u.local_uuid = ?
        """, arguments: [uuid.description])
    return bytes.flatMap { Array($0).withUnsafeBytes { ResourceID(bytes: $0) } }
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
