import Foundation
import GRDB
import JSONAPI
import OpenSocial

/// What a site deletes along with a resource: known by relationships that cannot be without their target (reference 5.4, 6.3).
/// Nothing is taken for gone because of that: each resource is asked for by itself, right after the deletion.
enum DeletedAlong {
  static let table = """
    CREATE TABLE deleted_along (resource INTEGER PRIMARY KEY, with_resource INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
    """

  /// Puts the dependents of a resource that is gone on the list.
  static func expect(_ resource: Int64, at now: Int64, _ db: Database) throws {
    let pairs = EntityTypes.dependences.map { "('\($0.entityType)', '\($0.relationship)')" }.joined(separator: ", ")
    try db.run(
      sql: """
        INSERT OR IGNORE INTO deleted_along (resource, with_resource, at)
        SELECT DISTINCT l.source, ?1, ?2 FROM relationship l JOIN field f ON f.id = l.field
        JOIN resource r ON r.id = l.source JOIN resource_type t ON t.id = r.type
        WHERE l.target = ?1 AND t.path IS NOT NULL AND (t.entity_type, f.name) IN (VALUES \(pairs))
        """, arguments: [resource, now])
  }
}

extension OutboxWriter {
  /// What may have gone along with the resource of a change is to be asked for.
  func expectDeletedAlong(_ change: OutboxChange, at now: Int64) throws {
    try DeletedAlong.expect(change.resource, at: now, db)
  }
}
