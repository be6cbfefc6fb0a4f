import Foundation
import GRDB
import JSONAPI

/// Stores and removes resources and their relationship rows inside one transaction, and the one place that does: each such change
/// moves the mirror's number and leaves a note (`ChangeSequence`). `MirrorRoom.resourceWrite` makes it.
final class ResourceWriter {
  let db: Database
  /// The transaction's numbers, for what is no resource.
  let changes: ChangeSequence
  private let names: Names
  private let findIdentity: RawStatement
  private let addIdentity: RawStatement
  private let upsert: RawStatement
  private let known: RawStatement
  private let numbered: RawStatement
  private let relations: RelationWriter
  /// Nil while there is no tombstone at all.
  private let clearTombstone: RawStatement?
  /// Nil while nothing has left.
  private var clearRemoved: RawStatement?
  private var identities: [Identity: Int64] = [:]
  /// Whether enough identities have gathered in the small part of their index.
  private var isIndexFull = false
  private let learner: SchemaLearner
  private let departures: Departures
  private let indexes: PathIndexWriter
  private let texts: PlainTextWriter
  private let digests: RowDigestRows

  private struct Identity: Hashable {
    var uuid: ResourceID
    var type: Int64
  }

  init(_ db: Database, names: Names) throws {
    self.db = db
    self.names = names
    changes = names.changes
    learner = SchemaLearner(db)
    departures = try Departures(db)
    indexes = try PathIndexWriter(db)
    texts = try PlainTextWriter(db)
    digests = RowDigestRows(db)
    findIdentity = try RawStatement(
      cached: "SELECT id FROM identity WHERE \(IdentityIndex.uuid()) = ? AND type = ?", db)
    addIdentity = try RawStatement(cached: "INSERT INTO identity (uuid, type) VALUES (?, ?)", db)
    known = try RawStatement(cached: "SELECT revision, splices, document FROM resource WHERE id = ?", db)
    numbered = try RawStatement(
      cached: """
        SELECT r.id, i.uuid FROM resource r JOIN identity i ON i.id = r.id WHERE r.type = ? AND r.internal_id = ? LIMIT 100
        """, db)
    upsert = try RawStatement(
      cached: """
        INSERT INTO resource (
          id, type, internal_id, changed, revision, sequence, document, splices, change_kind, change_origin, noted)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (id) DO UPDATE SET internal_id = ?3, changed = ?4, revision = ?5, sequence = ?6, document = ?7, splices = ?8,
          change_kind = ?9, change_origin = ?10, noted = ?11
        WHERE document <> ?7 OR revision IS NOT ?5 OR splices <> ?8
        """, db)
    relations = try RelationWriter(db)
    let isAnyGone = try Bool.cachedOne(db, sql: "SELECT EXISTS (SELECT 1 FROM tombstone)") ?? false
    clearTombstone =
      isAnyGone ? try RawStatement(cached: "DELETE FROM tombstone WHERE type = ? AND uuid = ?", db) : nil
    if try Bool.cachedOne(db, sql: "SELECT EXISTS (SELECT 1 FROM removed_resource)") ?? false {
      clearRemoved = try ResourceWriter.clearRemoved(db)
    }
  }

  private static func clearRemoved(_ db: Database) throws -> RawStatement {
    try RawStatement(cached: "DELETE FROM removed_resource WHERE type = ? AND uuid = ?", db)
  }

  /// Stores one resource where it is new or different.
  /// - Parameters:
  ///   - isFromSite: whether the site showed it so: what clients write says nothing about the type.
  ///   - origin: whose doing it is, for the note.
  func store(
    _ resource: ScannedResource, _ outcome: inout ApplyOutcome, isFromSite: Bool = true, origin: ChangeOrigin = .site
  ) throws {
    let type = try names.type(resource.type)
    let (own, isKnown) = try identity(resource.uuid, type)
    var id = own
    let standing = isKnown ? try self.standing(of: resource, id: own) : .absent
    var isNew = standing == .absent
    if isNew, let number = resource.internalID, let former = try holder(of: number, type: type, resource) {
      id = former
      isNew = false
    }
    // The site shows only the label of what an account may no longer see: that is no new content (reference 2.8). What was recognised
    // by its bytes has no content with it.
    if resource.isLabelOnly && !isNew || resource.known != nil {
      outcome.unchanged += 1
      return
    }
    if let clearTombstone {
      clearTombstone.bind(type, at: 1)
      clearTombstone.bind(resource.uuid, at: 2)
      try clearTombstone.run()
    }
    if standing == .same {
      outcome.unchanged += 1
      try digests.keep(resource.digest, of: id)
      return
    }
    let former = isNew ? nil : try departures.state(of: id, before: resource, isFile: names.isFile(type))
    guard try write(resource, id: id, type: type, isNew ? .created : .changed, origin) else {
      outcome.unchanged += 1
      return
    }
    if isNew { try noteBack(resource.uuid, type) }
    if let former { try departures.note(id, former, changes.last(), origin, at: changes.time) }
    outcome.note(resource, isNew: isNew)
    if isFromSite {
      try learner.examine(resource, type: type)
      if names.isFile(type), !resource.isLabelOnly { try FileAddressRows.note(resource.document, of: id, db) }
    }
    try indexes.store(resource, id: id, type: type, isNew: isNew)
    if standing != .different(hasOtherTexts: false) {
      try resource.document.withUnsafeBytes { try texts.store($0, of: id, isNew: isNew, field: names.field) }
    }
    let rows = try resource.linkage.map { item in
      let targetType = try names.type(item.targetType)
      return RelationWriter.Relation(
        field: try names.field(item.field), delta: Int64(item.delta), targetType: targetType,
        target: try item.target.map { try identity($0, targetType).id })
    }
    try relations.write(rows, of: id, isNew: isNew)
    if !resource.isLabelOnly { try digests.keep(resource.digest, of: id) }
  }

  /// Keeps what the next transaction has to know.
  func finish() throws {
    try learner.finish()
    if isIndexFull { try IdentityIndex.settle(db) }
    try changes.keep()
  }

  /// Takes a resource and its relationships out of the mirror. References to it stay.
  /// - Returns: the number of that change; nil where it was not there.
  @discardableResult
  func remove(_ id: Int64, origin: ChangeOrigin) throws -> Int64? {
    let former = try self.former(id)
    try db.run(sql: "DELETE FROM relationship WHERE source = ?", arguments: [id])
    try db.run(sql: "DELETE FROM resource WHERE id = ?", arguments: [id])
    guard db.changesCount > 0 else { return nil }
    return try noteLeft(id, former, origin)
  }

  /// What a stored resource is shown by; nil where it is not there.
  private func former(_ id: Int64) throws -> VisibleState? {
    let type = try Int64.cachedOne(db, sql: "SELECT type FROM identity WHERE id = ?", arguments: [id])
    return try departures.state(of: id, isFile: type.map(names.isFile) ?? false)
  }

  /// Notes that a resource has left under the id that it still has here.
  private func noteLeft(_ id: Int64, _ former: VisibleState?, _ origin: ChangeOrigin) throws -> Int64 {
    if clearRemoved == nil { clearRemoved = try ResourceWriter.clearRemoved(db) }
    let number = try changes.nextForRemoved(id, origin)
    if let former { try departures.note(id, former, number, origin, at: changes.time) }
    return number
  }

  /// What had left is there again: its row says so now.
  private func noteBack(_ uuid: ResourceID, _ type: Int64) throws {
    guard let clearRemoved else { return }
    clearRemoved.bind(type, at: 1)
    clearRemoved.bind(uuid, at: 2)
    try clearRemoved.run()
  }

  /// Gives a stored resource the id under which the site shows it now. All that belongs to it stays with it, and what points to the
  /// new id points to it.
  /// - Returns: false where another resource, or a local change, has the new id; then nothing has changed.
  func rename(_ id: Int64, from former: ResourceID, to uuid: ResourceID, type: Int64) throws -> Bool {
    let other = try identity(uuid, type).id
    let isTaken = try Bool.cachedOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM resource WHERE id = ?1) OR EXISTS (SELECT 1 FROM outbox WHERE resource = ?1)
          OR EXISTS (SELECT 1 FROM outbox_copy WHERE resource = ?1)
        """, arguments: [other])
    guard other != id, isTaken == false else { return false }
    // Whoever knows it by its former id learns that nothing is there any more.
    _ = try noteLeft(id, try self.former(id), .site)
    try db.run(sql: "UPDATE relationship SET target = ? WHERE target = ?", arguments: [id, other])
    try db.run(sql: "DELETE FROM identity WHERE id = ?", arguments: [other])
    try db.run(
      sql: "DELETE FROM tombstone WHERE type = ? AND uuid = ?", arguments: [type, Data(former.bytes)])
    try db.run(sql: "UPDATE identity SET uuid = ? WHERE id = ?", arguments: [Data(uuid.bytes), id])
    try noteBack(uuid, type)
    identities[Identity(uuid: former, type: type)] = nil
    identities[Identity(uuid: uuid, type: type)] = id
    return true
  }

  /// Looks who is stored under the serial number of a resource that is not. It is the same one where their ids differ in letter case
  /// alone, which is nothing to the site: it gets the new id. Anything else, as after a site went back to a backup, is left to a
  /// sweep, which comes now: what the site no longer has goes by its own word and no other. Where the site shows a label alone, the
  /// document stays, and with it the id that it names.
  private func holder(of number: Int64, type: Int64, _ resource: ScannedResource) throws -> Int64? {
    let uuid = resource.uuid
    let holders = try stored(under: number, type)
    if holders.isEmpty { return nil }
    let folded = uuid.folded
    for holder in holders {
      guard let former = holder.uuid, former.folded == folded else { continue }
      if resource.isLabelOnly { return holder.id }
      if try rename(holder.id, from: former, to: uuid, type: type) { return holder.id }
    }
    try db.run(sql: "UPDATE sweep SET finished = NULL WHERE type = ?", arguments: [type])
    return nil
  }

  private func stored(under number: Int64, _ type: Int64) throws -> [(id: Int64, uuid: ResourceID?)] {
    numbered.bind(type, at: 1)
    numbered.bind(number, at: 2)
    defer { numbered.reset() }
    var found: [(id: Int64, uuid: ResourceID?)] = []
    while try numbered.step() { found.append((numbered.integer(0), ResourceID(bytes: numbered.bytes(1)))) }
    return found
  }

  private func write(
    _ resource: ScannedResource, id: Int64, type: Int64, _ kind: ChangeSequence.Kind, _ origin: ChangeOrigin
  ) throws -> Bool {
    try resource.document.withUnsafeBytes { document in
      try resource.splices.withUnsafeBytes { splices in
        upsert.bind(id, at: 1)
        upsert.bind(type, at: 2)
        upsert.bind(resource.internalID, at: 3)
        upsert.bind(resource.changed, at: 4)
        upsert.bind(resource.revision, at: 5)
        upsert.bind(try changes.last() + 1, at: 6)
        upsert.bindText(document, at: 7)
        upsert.bindBlob(splices, at: 8)
        upsert.bind(kind.rawValue, at: 9)
        upsert.bind(origin.rawValue, at: 10)
        upsert.bind(changes.time, at: 11)
        try upsert.run()
        guard upsert.changes > 0 else { return false }
        if kind != .created { try digests.drop(id) }
        try changes.next()
        return true
      }
    }
  }

  /// How a resource stands to what is stored of it.
  private enum Standing: Equatable {
    /// Nothing is.
    case absent
    /// The same to the byte.
    case same
    /// Whether its formatted texts are other ones, too.
    case different(hasOtherTexts: Bool)
  }

  private func standing(of resource: ScannedResource, id: Int64) throws -> Standing {
    known.bind(id, at: 1)
    defer { known.reset() }
    guard try known.step() else { return .absent }
    let isSame =
      known.optionalInteger(0) == resource.revision
      && resource.splices.withUnsafeBytes { ByteSearch.isSame($0, known.bytes(1)) }
      && resource.document.withUnsafeBytes { ByteSearch.isSame($0, known.bytes(2)) }
    if isSame { return .same }
    return .different(
      hasOtherTexts: resource.document.withUnsafeBytes { !PlainTextWriter.isSame($0, known.bytes(2)) })
  }

  private func identity(_ uuid: ResourceID, _ type: Int64) throws -> (id: Int64, isKnown: Bool) {
    let key = Identity(uuid: uuid, type: type)
    if let id = identities[key] { return (id, true) }
    findIdentity.bind(uuid, at: 1)
    findIdentity.bind(type, at: 2)
    if try findIdentity.step() {
      let id = findIdentity.integer(0)
      findIdentity.reset()
      identities[key] = id
      return (id, true)
    }
    findIdentity.reset()
    addIdentity.bind(uuid, at: 1)
    addIdentity.bind(type, at: 2)
    try addIdentity.run()
    let id = addIdentity.lastRowID
    if IdentityIndex.isFull(at: id) { isIndexFull = true }
    identities[key] = id
    return (id, false)
  }
}
