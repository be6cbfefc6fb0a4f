import Foundation
import GRDB
import JSONAPI
import OpenSocial

/// Notes, inside one transaction, what has gone out of somebody's sight: with a resource that leaves, and with a change by which a
/// resource may be shown to fewer, goes a row of what was so before (`departure`). By these the change feed tells whoever saw a
/// resource that it is gone, and tells nobody else of it.
final class Departures {
  private let db: Database
  private let document: RawStatement

  init(_ db: Database) throws {
    self.db = db
    document = try RawStatement(cached: "SELECT document FROM resource WHERE id = ?", db)
  }

  /// What a stored resource is shown by, before it leaves; nil where it is not there.
  func state(of id: Int64, isFile: Bool) throws -> VisibleState? {
    guard var state = try stored(id, { VisibleState($0, isFile: isFile) }) else { return nil }
    state.owners = try owners(of: id)
    return state
  }

  /// What a stored resource is shown by, where another document of it would be shown to fewer; else nil. Looks further than to
  /// compare bytes only where they differ.
  /// - Parameter resource: what is about to be stored in its place.
  func state(of id: Int64, before resource: ScannedResource, isFile: Bool) throws -> VisibleState? {
    let stored = try self.stored(id) { document -> VisibleState? in
      let isSame = resource.document.withUnsafeBytes { ByteSearch.isSame($0, document) }
      return isSame ? nil : VisibleState(document, isFile: isFile)
    }
    guard var former = stored ?? nil else { return nil }
    former.owners = try owners(of: id)
    var next = resource.document.withUnsafeBytes { VisibleState($0, isFile: isFile) }
    for item in resource.linkage where FieldDescription.owners.contains(item.field) {
      if let target = item.target { next.owners.insert(target.folded.description) }
    }
    return former.shows(moreThan: next) ? former : nil
  }

  /// Notes that with a change a resource may have gone out of sight. To be called while its identity is there.
  /// - Parameter state: what it was shown by before.
  func note(_ id: Int64, _ state: VisibleState, _ number: Int64, _ origin: ChangeOrigin, at time: Int64) throws {
    let owners = JSON.array(state.owners.sorted().map { .string($0) }).text(.plain)
    try db.run(
      sql: """
        INSERT OR REPLACE INTO departure (sequence, type, uuid, origin, noted, was_published, was_public, owners)
        SELECT ?2, type, uuid, ?3, ?4, ?5, ?6, ?7 FROM identity WHERE id = ?1
        """, arguments: [id, number, origin.rawValue, time, state.isPublished, state.isPublic, owners])
  }

  private func stored<Value>(_ id: Int64, _ body: (UnsafeRawBufferPointer) -> Value) throws -> Value? {
    document.bind(id, at: 1)
    defer { document.reset() }
    return try document.step() ? body(document.bytes(0)) : nil
  }

  private func owners(of id: Int64) throws -> Set<String> {
    let names = FieldDescription.owners.map { "'\($0)'" }.joined(separator: ", ")
    let rows = try Data.cachedAll(
      db,
      sql: """
        SELECT i.uuid FROM relationship l JOIN identity i ON i.id = l.target
        WHERE l.source = ?1 AND l.field IN (SELECT id FROM field WHERE name IN (\(names)))
        """, arguments: [id])
    return Set(
      rows.compactMap { row in
        Array(row).withUnsafeBytes { ResourceID(bytes: $0) }?.folded.description
      })
  }
}

extension Schema {
  /// What has gone out of somebody's sight, the webhooks' places in the change feed, and the feed's name: no two mirrors have the same.
  static func beginFeed(_ db: Database) throws {
    try db.execute(sql: feed)
    // What had left before is not known to all: nobody reads on from there.
    try MirrorFact.feedKeptFrom.note(String(ChangeNumber.last(db)), db)
  }

  private static let feed = """
    CREATE TABLE departure (
      sequence INTEGER PRIMARY KEY, type INTEGER NOT NULL, uuid BLOB NOT NULL, origin INTEGER NOT NULL, noted INTEGER NOT NULL,
      was_published INTEGER NOT NULL, was_public INTEGER NOT NULL, owners TEXT NOT NULL) STRICT;
    CREATE TABLE webhook (
      name TEXT PRIMARY KEY, position TEXT NOT NULL, added INTEGER NOT NULL, delivered INTEGER, failing_since INTEGER,
      failures INTEGER NOT NULL DEFAULT 0, last_error TEXT, next_attempt INTEGER) STRICT, WITHOUT ROWID;
    INSERT INTO setting (name, value) VALUES ('feed', lower(hex(randomblob(8))));
    """
}
