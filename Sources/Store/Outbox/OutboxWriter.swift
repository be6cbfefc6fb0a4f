import Foundation
import GRDB
import JSONAPI
import OpenSocial

/// Writes changes, copies and local documents inside one transaction. What the local API shows of a resource with unsettled
/// changes always follows from its newest site copy and these changes, in their order: `redraw`.
final class OutboxWriter {
  let db: Database
  let names: Names
  let rows: OutboxRows
  let copies: OutboxCopies
  var form: SiteForm
  private var resources: ResourceWriter?
  /// Whose doing it is that this is written.
  private let origin: ChangeOrigin

  /// - Parameters:
  ///   - resources: the transaction's one writer of resources; nil where none is made yet.
  ///   - origin: `site` where it is what the site shows or answers: then what shows a local change all the same is a rebase.
  init(_ db: Database, names: Names, resources: ResourceWriter? = nil, origin: ChangeOrigin) throws {
    self.origin = origin
    self.db = db
    self.names = names
    self.resources = resources
    rows = OutboxRows(db: db)
    copies = OutboxCopies(db: db)
    // It follows from the types alone, and is read for every change.
    form = try names.derived as? SiteForm ?? SiteForm(db)
    names.derived = form
  }

  /// Keeps what the next transaction has to know. Where the writer of resources is this one's own.
  func finish() throws {
    if let resources { try resources.finish() } else { try names.changes.keep() }
  }

  // MARK: Resources

  /// The transaction's one writer of resources: made when the first is written, for many transactions write none.
  private func resourceWriter() throws -> ResourceWriter {
    if let resources { return resources }
    let made = try ResourceWriter(db, names: names)
    resources = made
    return made
  }

  /// The interned (type, UUID), made where there is none.
  func identity(_ uuid: ResourceID, _ type: Int64) throws -> Int64 {
    let bytes = Data(uuid.bytes)
    let known = try Int64.cachedOne(
      db, sql: "SELECT id FROM identity WHERE \(IdentityIndex.uuid()) = ? AND type = ?", arguments: [bytes, type])
    if let known { return known }
    try db.run(sql: "INSERT INTO identity (uuid, type) VALUES (?, ?)", arguments: [bytes, type])
    return db.lastInsertedRowID
  }

  /// The resource as it is stored; nil when there is none to be seen.
  func stored(_ resource: Int64) throws -> StoredForm? {
    try Row.cachedOne(
      db, sql: "SELECT document, splices, revision FROM resource WHERE id = ?", arguments: [resource]
    ).map { row in
      try StoredForm(
        document: Array(row.decode(String.self, atIndex: 0).utf8),
        splices: row.decode(Data?.self, atIndex: 1).map { Array($0) } ?? [], revision: row.decode(atIndex: 2))
    }
  }

  /// Stores a resource object, or hides the resource.
  /// - Parameter isFromSite: whether nothing of it is of this side.
  func show(_ text: ResourceText?, _ resource: Int64, isFromSite: Bool) throws {
    guard let text else {
      try hide(resource)
      return
    }
    var scanned = try form.scan(text)
    scanned.isLabelOnly = false
    var outcome = ApplyOutcome()
    try resourceWriter().store(
      scanned, &outcome, isFromSite: isFromSite, origin: origin == .site && !isFromSite ? .rebase : origin)
  }

  /// Takes a resource out of all reads, and off the list of a sweep. References to it stay.
  /// - Returns: the number of that change; nil where it was not to be seen.
  @discardableResult
  func hide(_ resource: Int64) throws -> Int64? {
    let number = try resourceWriter().remove(resource, origin: origin)
    try db.run(
      sql: """
        DELETE FROM sweep_candidate WHERE resource = ?1 AND type = (SELECT type FROM identity WHERE id = ?1)
        """, arguments: [resource])
    try db.run(
      sql: """
        UPDATE tombstone SET kept = 0 WHERE kept <> 0
          AND (type, uuid) = (SELECT type, uuid FROM identity WHERE id = ?)
        """, arguments: [resource])
    return number
  }

  /// Makes a resource show what follows from its copies and changes. Without unsettled changes its copies end.
  func redraw(_ resource: Int64, type: String, uuid: ResourceID) throws {
    guard let copy = try copies.copy(of: resource) else { return }
    let (changes, unreadable) = try rows.read(where: "o.resource = ? AND o.\(OutboxSchema.isUnsettled)", [resource])
    if !unreadable.isEmpty {
      // What they do is in what is shown, and nowhere else.
      guard let shown = try stored(resource) else { return }
      let document = LocalDocument(try form.text(shown, type: type))
      return try show(laying(changes, over: document, type)?.text, resource, isFromSite: false)
    }
    if changes.isEmpty {
      try copies.remove(resource)
      let newest = try copy.isDeleted ? nil : copy.newest.map { try form.text($0, type: type) }
      return try show(newest, resource, isFromSite: true)
    }
    let document = try root(copy, changes, resource, type: type, uuid: uuid)
    try show(laying(changes, over: document, type)?.text, resource, isFromSite: false)
  }

  private func laying(
    _ changes: [OutboxChange], over document: LocalDocument, _ type: String
  ) throws -> LocalDocument? {
    try document.laying(
      changes, isUser: form.homes.entityType(of: type) == "user", changed: form.changedName(of: type))
  }

  private func root(
    _ copy: OutboxCopies.Copy, _ changes: [OutboxChange], _ resource: Int64, type: String, uuid: ResourceID
  ) throws -> LocalDocument {
    let db = self.db
    let serial: (ResourceIdentifier) -> Int64? = { target in
      guard let uuid = ResourceID(target: target.id) else { return nil }
      return try? Int64.cachedOne(
        db,
        sql: """
          SELECT r.internal_id FROM identity i JOIN resource r ON r.id = i.id JOIN resource_type t ON t.id = i.type
          WHERE \(IdentityIndex.uuid("i")) = ? AND t.name = ?
          """, arguments: [Data(uuid.bytes), target.type])
    }
    if let newest = copy.newest { return LocalDocument(try form.text(newest, type: type), serial: serial) }
    let samples = try Row.cachedAll(
      db,
      sql: """
        SELECT document, splices, revision FROM resource
        WHERE type = ? AND internal_id IS NOT NULL ORDER BY internal_id DESC LIMIT ?
        """, arguments: [names.type(type), TypicalValues.most]
    ).map { row in
      try form.json(
        StoredForm(
          document: Array(row.decode(String.self, atIndex: 0).utf8),
          splices: row.decode(Data?.self, atIndex: 1).map { Array($0) } ?? [],
          revision: row.decode(atIndex: 2)), type: type)
    }
    let owner = try MirrorFact.siteAccount.value(db)
    // A change that was added to keeps the hour of its birth.
    let before = try stored(resource).map { try form.text($0, type: type) }
    let created = (try before?.value(.attributes, "created")?.string).flatMap { RFC3339.unixSeconds($0) }
    return try LocalDocument(
      new: type, uuid, url: form.base.text + (form.path(of: type) ?? "") + "/\(uuid.pathPart)",
      typical: TypicalValues(
        samples.isEmpty ? [try described(type)] : samples, changed: form.changedName(of: type),
        serial: form.serialName(of: type)),
      owner: owner.flatMap { ResourceID($0) }.map { (form.userType, $0) },
      now: created ?? changes.first?.recorded ?? 0, serial: serial)
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

  /// When a stored document was changed last, Unix seconds.
  func changed(in stored: StoredForm, type: String) throws -> Int64? {
    let changed = try form.text(stored, type: type).value(.attributes, form.changedName(of: type))
    return changed?.string.flatMap { RFC3339.unixSeconds($0) }
  }

  // MARK: What the site shows

  /// Takes over what the site shows of a resource with unsettled changes.
  func saw(_ site: StoredForm, of resource: Int64, type: String, uuid: ResourceID) throws {
    guard var copy = try copies.copy(of: resource) else { return }
    copy.isDeleted = false
    copy.site = site
    let waiting = try rows.unsettled(of: resource)
    if let head = waiting.first(where: { $0.state != .rejected }), head.state == .queued, head.kind == .update {
      try rows.set(members: head.members.rebased(on: form.json(site, type: type)), of: head)
    }
    copy = try agreed(copy, under: waiting, type: type)
    try copies.save(copy, of: resource)
    try redraw(resource, type: type, uuid: uuid)
  }

  /// A copy whose base has moved up to the newest of the site, where that may be. Who asked for a deletion has not seen it: it
  /// stays apart from what was agreed on, so that the push finds it. And what is under way is compared with what it was based on
  /// when it left.
  func agreed(_ copy: OutboxCopies.Copy, under changes: [OutboxChange], type: String) throws -> OutboxCopies.Copy {
    guard copy.base != nil, !copy.isDeleted, let site = copy.site, !changes.contains(where: { $0.kind == .delete })
    else {
      return copy
    }
    let head = changes.first { $0.state != .rejected }
    guard head == nil || head?.state == .queued && head?.kind == .update else { return copy }
    return try agreement(on: site, form.text(site, type: type), under: changes)
  }

  /// What is agreed on with the site once it shows `site`: all of it but for what changes cover with values of their own.
  /// Nobody here has seen that, so it stays as it was when they were made.
  /// - Parameter text: the same with its links.
  func agreement(
    on site: StoredForm, _ text: ResourceText, under changes: [OutboxChange]
  ) throws -> OutboxCopies.Copy {
    let covered = try changes.covered(of: text)
    if covered.isEmpty { return OutboxCopies.Copy(base: site) }
    var agreed = LocalDocument(text)
    for member in covered {
      try agreed.set(ChangedMember(member.group, member.name, base: nil, local: member.base ?? .null))
    }
    return OutboxCopies.Copy(base: StoredForm(try form.scan(agreed.text)), site: site)
  }
}

extension [OutboxChange] {
  /// The members of these changes of a resource, the oldest first, that show values of their own where the site has new ones.
  func covered(of site: ResourceText) throws -> [ChangedMember] {
    var keys: Set<ChangedMember.Key> = []
    // A later value is based on the earlier one, not on the site's.
    let seen = filter { $0.kind == .update }.flatMap(\.members).filter { keys.insert($0.key).inserted }
    return try seen.filter { MemberMerge($0, site: try $0.value(in: site)).outcome == .conflict }
  }
}

extension MirrorRoom {
  /// Runs `body` in one transaction with a writer of changes. What was told to a client, or is about to be told to the site,
  /// is on disk for good when this returns: a loss of power takes pages of the site at most, which are pulled again.
  /// - Parameters:
  ///   - origin: whose doing what it shows is.
  ///   - isDurable: false for what the site could be asked for once more: it is on disk with the next transaction that is.
  func outboxWrite<Value>(
    _ origin: ChangeOrigin = .rebase, isDurable: Bool = true, _ body: (OutboxWriter) throws -> Value
  ) throws -> Value {
    var left: KeptNames?
    func transact(_ db: Database) throws -> Value {
      let writer = try OutboxWriter(db, names: KeptNames.names(database, db), origin: origin)
      let value = try body(writer)
      try writer.finish()
      left = try KeptNames(writer.names, db)
      return value
    }
    let value = try isDurable ? durableWrite(transact) : write(transact)
    if let left { database.handedOn.put(left) }
    return value
  }
}
