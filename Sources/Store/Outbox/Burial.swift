import Foundation
import GRDB
import JSONAPI

extension OutboxWriter {
  /// Shows a resource as `redraw` does after a change of it was given up; where the site does not have it either and nothing
  /// waits any more, it is buried.
  func redrawOrBury(_ change: OutboxChange, at now: Int64) throws {
    let waiting = try rows.unsettled(of: change.resource)
    if let copy = try copies.copy(of: change.resource) {
      if waiting.isEmpty, copy.isDeleted || copy.newest == nil, try rows.unreadable(of: change.resource).isEmpty {
        return try bury(change, copy, how: "gone on the site; what was to be sent was given up", at: now)
      }
      // What the change covered is seen again.
      try copies.save(agreed(copy, under: waiting, type: change.type), of: change.resource)
    }
    try redraw(change.resource, type: change.type, uuid: change.uuid)
  }

  /// Ends a resource that had local changes and is gone for good: a tombstone says so, and its content leaves the mirror, its
  /// changes and its conflicts, as after a sweep. Who changed what when, and what was decided, stays. The write-ahead log is to be
  /// emptied afterwards: `MirrorFact.logHoldsRemoved`.
  /// - Parameters:
  ///   - copy: what was known of the site; a resource that it never had gets no tombstone.
  ///   - how: how it was learned, for people.
  ///   - now: Unix seconds of this machine.
  func bury(_ change: OutboxChange, _ copy: OutboxCopies.Copy?, how: String, at now: Int64) throws {
    let resource = change.resource
    try copies.remove(resource)
    let removed = try hide(resource)
    if let newest = copy?.newest {
      let serial = try form.scan(form.text(newest, type: change.type)).internalID
      try db.run(
        sql: """
          INSERT OR REPLACE INTO tombstone (type, uuid, internal_id, kind, learned, how, kept, sequence)
          VALUES (?, ?, ?, ?, ?, ?, 0, ?)
          """,
        arguments: [
          names.type(change.type), Data(change.uuid.bytes), serial, Tombstone.Kind.deleted.rawValue, now, how,
          removed ?? names.changes.next(),
        ])
    }
    try db.run(
      sql: """
        UPDATE outbox SET members = '[]', error = NULL, error_document = NULL WHERE resource = ? AND finished IS NOT NULL
        """, arguments: [resource])
    try db.run(
      sql: "UPDATE upload SET filename = '' WHERE change IN (SELECT id FROM outbox WHERE resource = ?)",
      arguments: [resource])
    try db.run(
      sql: "UPDATE conflict SET base = NULL, site = NULL, local = NULL, fields = '[]' WHERE resource = ?",
      arguments: [resource])
    try MirrorFact.logHoldsRemoved.note("1", db)
  }
}
