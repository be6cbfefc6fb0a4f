import Foundation
import GRDB
import JSONAPI

/// Writes changes, copies and local documents inside one transaction. What the local API shows of a resource with unsettled
/// changes always follows from its newest site copy and these changes, in their order: `redraw`.
final class OutboxWriter {
  let db: Database
  let names: Names
  let rows: OutboxRows
  let copies: OutboxCopies
  private(set) var form: SiteForm
  private let resources: ResourceWriter

  /// - Parameter resources: the transaction's one writer of resources.
  init(_ db: Database, names: Names, resources: ResourceWriter) throws {
    self.db = db
    self.names = names
    self.resources = resources
    rows = OutboxRows(db: db)
    copies = OutboxCopies(db: db)
    form = try SiteForm(db)
  }

  // MARK: Resources

  /// The interned (type, UUID), made where there is none.
  func identity(_ uuid: ResourceUUID, _ type: Int64) throws -> Int64 {
    let bytes = Data(uuid.bytes)
    try db.run(sql: "INSERT OR IGNORE INTO identity (uuid, type) VALUES (?, ?)", arguments: [bytes, type])
    return try Int64.cachedOne(
      db, sql: "SELECT id FROM identity WHERE uuid = ? AND type = ?", arguments: [bytes, type]) ?? 0
  }

  /// The resource as it is stored; nil when there is none to be seen.
  func stored(_ resource: Int64) throws -> StoredForm? {
    try Row.cachedOne(
      db, sql: "SELECT document, splices, revision FROM resource WHERE id = ?", arguments: [resource]
    ).map { row in
      StoredForm(
        document: Array((row[0] as String).utf8), splices: (row[1] as Data?).map { Array($0) } ?? [], revision: row[2])
    }
  }

  /// Stores a resource object, or hides the resource.
  /// - Parameter isFromSite: whether nothing of it is of this side.
  func show(_ json: JSON?, _ resource: Int64, isFromSite: Bool) throws {
    guard let json else { return try hide(resource) }
    var scanned = try form.scan(json)
    scanned.isLabelOnly = false
    var outcome = ApplyOutcome()
    try resources.store(scanned, &outcome, isFromSite: isFromSite)
  }

  /// Takes a resource out of all reads. References to it stay.
  func hide(_ resource: Int64) throws {
    try db.run(sql: "DELETE FROM resource WHERE id = ?", arguments: [resource])
    try db.run(sql: "DELETE FROM relationship WHERE source = ?", arguments: [resource])
  }

  /// Makes a resource show what follows from its copies and changes. Without unsettled changes its copies end.
  func redraw(_ resource: Int64, type: String, uuid: ResourceUUID) throws {
    guard let copy = try copies.copy(of: resource) else { return }
    let changes = try rows.unsettled(of: resource)
    if changes.isEmpty {
      try copies.remove(resource)
      let newest = try copy.isDeleted ? nil : copy.newest.map { try form.json($0, type: type) }
      return try show(newest, resource, isFromSite: true)
    }
    let document = try root(copy, changes, resource, type: type, uuid: uuid)
    try show(document.laying(changes)?.json, resource, isFromSite: false)
  }

  private func root(
    _ copy: OutboxCopies.Copy, _ changes: [OutboxChange], _ resource: Int64, type: String, uuid: ResourceUUID
  ) throws -> LocalDocument {
    let db = self.db
    let serial: (ResourceIdentifier) -> Int64? = { target in
      guard let uuid = ResourceUUID(target.id) else { return nil }
      return try? Int64.cachedOne(
        db,
        sql: """
          SELECT r.internal_id FROM identity i JOIN resource r ON r.id = i.id JOIN resource_type t ON t.id = i.type
          WHERE i.uuid = ? AND t.name = ?
          """, arguments: [Data(uuid.bytes), target.type])
    }
    if let newest = copy.newest { return LocalDocument(try form.json(newest, type: type), serial: serial) }
    let samples = try Row.cachedAll(
      db,
      sql: """
        SELECT document, splices, revision FROM resource
        WHERE type = ? AND internal_id IS NOT NULL ORDER BY internal_id DESC LIMIT ?
        """, arguments: [names.type(type), TypicalValues.most]
    ).map { row in
      try form.json(
        StoredForm(
          document: Array((row[0] as String).utf8), splices: (row[1] as Data?).map { Array($0) } ?? [],
          revision: row[2]), type: type)
    }
    let owner = try String.cachedOne(db, sql: "SELECT value FROM setting WHERE name = 'site_account'")
    // A change that was added to keeps the hour of its birth.
    let before = try stored(resource).map { try form.json($0, type: type) }
    let created = (before?["attributes"]?["created"]?.string).flatMap { RFC3339.unixSeconds($0) }
    return LocalDocument(
      new: type, uuid, url: form.base.text + (form.path(of: type) ?? "") + "/\(uuid)",
      typical: TypicalValues(samples.isEmpty ? [try described(type)] : samples),
      owner: owner.flatMap { ResourceUUID($0) }, now: created ?? changes.first?.recorded ?? 0, serial: serial)
  }

  /// What a resource of a type looks like of which there is none: the members that the type is known to have.
  private func described(_ type: String) throws -> JSON {
    let schema = try SchemaLearner.read(names.type(type), db)?.schema ?? TypeSchema()
    var (attributes, relationships) = (JSONObject(), JSONObject())
    for field in schema.fields {
      if field.isRelationship {
        let links: JSON = field.isInternal ? ["self": [:]] : ["related": [:], "self": [:]]
        relationships[field.name] = ["data": field.isList ? [] : .null, "links": links]
      } else {
        attributes[field.name] = field.isList ? [] : field.kind == .bool ? false : .null
      }
    }
    return ["attributes": .object(attributes), "relationships": .object(relationships)]
  }

  /// `attributes.changed` of a stored document, Unix seconds.
  func changed(in stored: StoredForm, type: String) throws -> Int64? {
    try form.json(stored, type: type)["attributes"]?["changed"]?.string.flatMap { RFC3339.unixSeconds($0) }
  }

  // MARK: What the site shows

  /// Takes over what the site shows of a resource with unsettled changes.
  func saw(_ site: StoredForm, of resource: Int64, type: String, uuid: ResourceUUID) throws {
    guard var copy = try copies.copy(of: resource) else { return }
    copy.isDeleted = false
    let json = try form.json(site, type: type)
    let waiting = try rows.unsettled(of: resource)
    // Who asked for a deletion has not seen this: it stays apart from what was agreed on, so that the push finds it. Nor has
    // anybody here seen a value that a change covers with its own.
    var isClean =
      copy.base != nil && !waiting.contains { $0.kind == .delete } && !waiting.covers(anyOf: json)
    if let head = waiting.first(where: { $0.state != .rejected }) {
      // What is under way is compared with what it was based on when it left.
      if head.state == .queued, head.kind == .update {
        try rows.set(members: head.members.rebased(on: json), of: head)
      } else {
        isClean = false
      }
    }
    if isClean {
      copy.base = site
      copy.site = nil
    } else {
      copy.site = site
    }
    try copies.save(copy, of: resource)
    try redraw(resource, type: type, uuid: uuid)
  }
}

extension [OutboxChange] {
  /// Whether one of these changes of a resource, the oldest first, shows a value of its own where the site has a new one.
  func covers(anyOf site: JSON) -> Bool {
    var seen: [ChangedMember] = []
    for member in filter({ $0.kind == .update }).flatMap(\.members) {
      // A later value is based on the earlier one, not on the site's.
      if seen.contains(where: { $0.isSameMember(as: member) }) { continue }
      seen.append(member)
      if MemberMerge(member, site: member.value(in: site)).outcome == .conflict { return true }
    }
    return false
  }
}

extension Mirror {
  /// Runs `body` in one transaction with a writer of changes.
  func outboxWrite<Value>(_ body: (OutboxWriter) throws -> Value) throws -> Value {
    try write { db in
      let names = try Names(db)
      let resources = try ResourceWriter(db, names: names)
      let value = try body(OutboxWriter(db, names: names, resources: resources))
      try resources.finish(db)
      return value
    }
  }
}
