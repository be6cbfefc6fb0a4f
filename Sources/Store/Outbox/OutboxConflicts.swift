import Foundation
import GRDB
import JSONAPI
import OpenSocial

extension Outbox {
  /// Puts a change on the list of conflicts, with all three versions; or, where a policy decided already, only writes down
  /// what it decided about: once, however often a change that does not get through is looked at again.
  /// - Parameters:
  ///   - site: nil where the site says that the resource is gone.
  ///   - policy: the policy's name; nil lets the change wait for a person.
  package func note(
    _ kind: OutboxConflict.Kind, of change: OutboxChange, site: SiteCopy?, fields: [ConflictField],
    policy: String? = nil,
    at now: Int64
  ) throws {
    try outboxWrite { writer in
      guard let row = try writer.rows.change(change.id), row.isStill(change) else { return }
      let siteText = try site?.json().text()
      let decision = policy.map { "policy \($0)" }
      if policy != nil, try Outbox.isNoted(kind, of: row.id, siteText, decision, writer.db) { return }
      var copy = try writer.copies.copy(of: row.resource) ?? .init(base: nil)
      let base = try copy.base.map { try writer.form.json($0, type: row.type) }
      let local = try writer.stored(row.resource).map { try writer.form.json($0, type: row.type) }
      try writer.db.run(
        sql: """
          INSERT INTO conflict (change, resource, kind, noticed, base, site, local, fields, decision, decided)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          row.id, row.resource, kind.rawValue, now, base?.text(), siteText, local?.text(),
          JSON.array(fields.map(\.json)).text(), decision, policy.map { _ in now },
        ])
      guard policy == nil else { return }
      try writer.db.run(
        sql: "UPDATE outbox SET state = 'conflict', version = version + 1 WHERE id = ?", arguments: [row.id])
      copy.site = site?.form
      copy.isDeleted = site == nil
      try writer.copies.save(copy, of: row.resource)
      try writer.redraw(row.resource, type: row.type, uuid: row.uuid)
    }
  }

  /// Whether the last that was noted of a change is the same.
  private static func isNoted(
    _ kind: OutboxConflict.Kind, of change: Int64, _ site: String?, _ decision: String?, _ db: Database
  ) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT kind = ?2 AND site IS ?3 AND decision IS ?4 FROM conflict WHERE change = ?1 ORDER BY id DESC LIMIT 1
        """, arguments: [change, kind.rawValue, site, decision]) ?? false
  }

  /// The conflicts, the newest first.
  /// - Parameter open: only those that wait for a decision.
  package func conflicts(open: Bool = true) throws -> [OutboxConflict] {
    try read { try Outbox.conflicts($0, where: open ? "c.decision IS NULL" : "1").conflicts }
  }

  /// Conflicts that cannot be read: they are on no list of the others.
  /// - Parameter open: only those that wait for a decision.
  package func unreadableConflicts(open: Bool = true) throws -> [UnreadableChange] {
    try read { try Outbox.conflicts($0, where: open ? "c.decision IS NULL" : "1").unreadable }
  }

  /// One conflict; nil when there is none of that number.
  package func conflict(_ id: Int64) throws -> OutboxConflict? {
    try read { try Outbox.conflicts($0, where: "c.id = ?", [id]).conflicts.first }
  }

  private static func conflicts(
    _ db: Database, where condition: String, _ arguments: StatementArguments = []
  ) throws -> (conflicts: [OutboxConflict], unreadable: [UnreadableChange]) {
    var conflicts: [OutboxConflict] = []
    var unreadable: [UnreadableChange] = []
    for row in try Row.cachedAll(
      db,
      sql: """
        SELECT c.*, t.name AS type_name, i.uuid, o.consumer, o.account FROM conflict c
        LEFT JOIN identity i ON i.id = c.resource LEFT JOIN resource_type t ON t.id = i.type
        LEFT JOIN outbox o ON o.id = c.change WHERE \(condition) ORDER BY c.id DESC
        """, arguments: arguments)
    {
      do { conflicts.append(try Outbox.conflict(row)) } catch {
        unreadable.append(UnreadableChange(row, of: "conflict", error))
      }
    }
    return (conflicts, unreadable)
  }

  private static func conflict(_ row: Row) throws -> OutboxConflict {
    let json = { (name: String) in try row.decode(String?.self, forColumn: name).map { try JSON(parsing: $0) } }
    let bytes: [UInt8] = try row.decode(Data?.self, forColumn: "uuid").map { Array($0) } ?? []
    guard let uuid = bytes.withUnsafeBytes({ ResourceID(bytes: $0) }),
      let kind = OutboxConflict.Kind(rawValue: try row.decode(forColumn: "kind"))
    else { throw UnreadableRow(description: "its resource has no id, or its kind is none that this program knows") }
    let fields = try (json("fields")?.array ?? []).compactMap { field in
      field["in"]?.string.flatMap(ChangedMember.Group.init(rawValue:)).map {
        ConflictField(
          $0, field["name"]?.string ?? "", base: field["base"], site: field["site"], local: field["local"])
      }
    }
    return try OutboxConflict(
      id: row.decode(forColumn: "id"), change: row.decode(forColumn: "change"),
      type: row.decode(forColumn: "type_name"), uuid: uuid, kind: kind,
      author: ChangeAuthor(consumer: row.decode(forColumn: "consumer"), account: row.decode(forColumn: "account")),
      noticed: row.decode(forColumn: "noticed"),
      base: json("base"), site: json("site"), local: json("local"), fields: fields,
      decision: row.decode(forColumn: "decision"), decided: row.decode(forColumn: "decided"))
  }

  /// Decides a conflict. The record stays, with the decision.
  /// - Parameter version: of its change as it was looked at; nil takes it as it is.
  /// - Throws: `OutboxRefusal` when there is no such open conflict, its change is of another version, or the file is no resource.
  package func resolve(_ id: Int64, _ decision: ConflictDecision, of version: Int64? = nil, at now: Int64) throws {
    try outboxWrite { writer in
      guard let conflict = try Outbox.conflicts(writer.db, where: "c.id = ?", [id]).conflicts.first else {
        throw OutboxRefusal(description: "there is no conflict \(id); `conflicts list` shows all")
      }
      guard conflict.decision == nil, let change = try writer.rows.change(conflict.change), change.state == .conflict
      else { throw OutboxRefusal(description: "conflict \(id) was decided already") }
      guard version == nil || version == change.version else { throw OutboxRefusal(changed: change.id) }
      try writer.decide(change, conflict, decision, at: now)
      try writer.db.run(
        sql: "UPDATE conflict SET decision = ?, decided = ? WHERE id = ?", arguments: [decision.name, now, id])
    }
  }
}

extension OutboxWriter {
  fileprivate func decide(
    _ change: OutboxChange, _ conflict: OutboxConflict, _ decision: ConflictDecision, at now: Int64
  ) throws {
    var copy = try copies.copy(of: change.resource) ?? .init(base: nil)
    // It was decided about what the conflict shows. What the site has become since is found by the push.
    let site = conflict.site
    let wanted: JSON?
    switch decision {
    case .site:
      try rows.finish(change, .dropped, at: now)
      wanted = nil
    case .local: wanted = try stored(change.resource).map { try form.json($0, type: change.type) }
    case .document(let json):
      let object = json["data"] ?? json
      guard object["attributes"]?.object != nil || object["relationships"]?.object != nil else {
        throw OutboxRefusal(
          description: "the file holds no resource object: it has neither attributes nor relationships")
      }
      try OutboxWriter.check(object, isOf: conflict)
      wanted = object
    }
    if decision != .site {
      let (kind, members) = OutboxWriter.next(
        change, conflict.kind, decision, wanted: wanted, site: site, form,
        siteLanguage: try MirrorFact.contentLanguage.value(db))
      try rows.rewrite(change.id, kind: kind, members: members, author: change.author, at: change.recorded)
    }
    if decision == .site, copy.isDeleted, try rows.unsettled(of: change.resource).isEmpty {
      return try redrawOrBury(change, at: now)
    }
    let newest = copy.newest
    copy.base = try site.map { StoredForm(try form.scan($0)) }
    copy.site = copy.isDeleted ? nil : newest
    try copies.save(agreed(copy, under: rows.unsettled(of: change.resource), type: change.type), of: change.resource)
    try redraw(change.resource, type: change.type, uuid: change.uuid)
  }

  /// Whether a new resource has a member without its being given: what it is made of, what the site derives, what comes by itself.
  /// For those the site may refuse the whole.
  private static func comesAnyway(_ member: ChangedMember, _ entityType: String, siteLanguage: String?) -> Bool {
    let field = FieldDescription(member.name, of: entityType)
    if field.isDerived { return true }
    guard member.group == .relationships else { return field.comesByItself(member.local, siteLanguage: siteLanguage) }
    return member.local["type"]?.string.map { ConfigurationType.isKnown(ResourceTypeName($0).entityType) } ?? false
  }

  /// A document of another resource is one that was meant for another conflict, and one that does not say whose it is may be.
  private static func check(_ object: JSON, isOf conflict: OutboxConflict) throws {
    let (type, id) = (object["type"], object["id"])
    let isOfType = type.map { $0.string == conflict.type } ?? true
    let isOfUUID = id.map { id in id.string.flatMap { ResourceID($0)?.folded } == conflict.uuid.folded } ?? true
    if isOfType, isOfUUID {
      if type != nil, id != nil { return }
      throw OutboxRefusal(
        description: "the file does not say whose it is: conflict \(conflict.id) is about \(conflict.type) "
          + "\(conflict.uuid); nothing was decided; give a document with that `type` and `id`")
    }
    func words(_ json: JSON?) -> String? { json.map { $0.string ?? $0.text() } }
    let held = "\(words(type) ?? conflict.type) \(words(id) ?? conflict.uuid.description)"
    throw OutboxRefusal(
      description: "the file holds \(held), but conflict \(conflict.id) is about \(conflict.type) "
        + "\(conflict.uuid): nothing was decided; give a document of that resource")
  }

  /// What a conflicting change becomes.
  private static func next(
    _ change: OutboxChange, _ kind: OutboxConflict.Kind, _ decision: ConflictDecision, wanted: JSON?, site: JSON?,
    _ form: SiteForm, siteLanguage: String?
  ) -> (ChangeKind, [ChangedMember]) {
    if kind == .changedOnSite, decision == .local { return (.delete, []) }
    if kind == .fields || kind == .exists, decision == .local, let site {
      return (
        .update,
        change.members.map { member in
          // Only what stands against each other was decided; the rest is merged as ever.
          let merge = MemberMerge(member, site: member.value(in: site))
          let value = merge.outcome == .conflict ? member.local : merge.value
          return ChangedMember(member.group, member.name, base: merge.site, local: value)
        }
      )
    }
    var members: [ChangedMember] = []
    let entityType = form.homes.entityType(of: change.type)
    let isOpen = { (name: String) in
      !form.isReadOnly(name, of: change.type) && !FieldDescription(name, of: entityType).isClosed
    }
    for member in wanted?["attributes"]?.object?.members ?? [] where isOpen(member.name) {
      members.append(
        ChangedMember(.attributes, member.name, base: site?["attributes"]?[member.name], local: member.value))
    }
    for member in wanted?["relationships"]?.object?.members ?? [] where isOpen(member.name) {
      guard let data = member.value["data"] else { continue }
      members.append(
        ChangedMember(.relationships, member.name, base: site?["relationships"]?[member.name]?["data"], local: data))
    }
    // A secret is in no document but one that gives another: it stays as it is.
    let secrets = change.members.filter { secret in
      FieldValue.isSecret(secret.name) && !members.contains { $0.isSameMember(as: secret) }
    }
    guard site == nil else {
      return (.update, members.filter { !FieldValue.same($0.base, $0.local, in: $0.group) } + secrets)
    }
    // Nothing is there any more: made anew, of all that has a value and does not come with it anyway.
    let kept = members.filter { member in
      let isChanged = change.members.contains { $0.isSameMember(as: member) }
      let hasValue = !(member.local.isNull || member.local == .array([]))
      return isChanged || hasValue && !comesAnyway(member, entityType, siteLanguage: siteLanguage)
    }
    return (.create, (kept + secrets).map { ChangedMember($0.group, $0.name, base: nil, local: $0.local) })
  }
}
