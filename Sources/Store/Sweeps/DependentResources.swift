import Foundation
import GRDB
import JSONAPI

/// A resource that the site has probably deleted along with another.
package struct DependentResource: Sendable, Hashable {
  /// The interned (type, UUID).
  package var id: Int64
  /// The resource's type, such as `comment--comment`.
  package var type: String
  /// The path of its collection.
  package var path: String
  /// The resource's id.
  package var uuid: ResourceID
  /// Its serial number; nil where only its label is stored.
  package var internalID: Int64?
  /// The change that its document came with: what was stored later is news.
  var sequence: Int64
}

extension SweepCandidate {
  /// What a deletion has probably taken along.
  package init(_ one: DependentResource) {
    self.init(id: one.id, uuid: one.uuid, internalID: one.internalID, isOmitted: false, isKept: false)
  }
}

extension Outbox {
  /// Resources that the site has probably deleted along with others, the oldest first. One look at an empty table when there are
  /// none.
  /// - Parameter limit: so many at most.
  package func deletedAlong(limit: Int) throws -> [DependentResource] {
    try read { db in
      try Row.cachedAll(
        db,
        sql: """
          SELECT r.id, t.name, t.path, i.uuid, r.internal_id, r.sequence FROM deleted_along d
          JOIN resource r ON r.id = d.resource JOIN identity i ON i.id = r.id JOIN resource_type t ON t.id = r.type
          WHERE t.path IS NOT NULL ORDER BY d.at, d.resource LIMIT ?
          """, arguments: [limit]
      ).compactMap { row in
        guard let uuid = try IdentityText.id(row.decode(atIndex: 3)) else { return nil }
        return DependentResource(
          id: try row.decode(atIndex: 0), type: try row.decode(atIndex: 1), path: try row.decode(atIndex: 2),
          uuid: uuid,
          internalID: try row.decode(atIndex: 4), sequence: try row.decode(atIndex: 5))
      }
    }
  }

  /// Takes resources off the list: those that the site says are gone leave the mirror with a tombstone, and what cannot be without
  /// them is put on the list in its turn.
  /// - Parameters:
  ///   - gone: 404 was the answer for these.
  ///   - others: whatever was found out of these is not that.
  ///   - time: the site's, Unix seconds.
  package func settleAlong(
    gone: [DependentResource], others: [DependentResource], at time: Int64, now: Int64
  ) throws {
    if gone.isEmpty, others.isEmpty { return }
    try resourceWrite { db, names, resources in
      let pending = try PendingCopies(db, names: names, resources: resources)
      for one in gone {
        try DeletedAlong.expect(one.id, at: now, db)
        _ = try RemovalWriter(
          resources, type: names.type(one.type), time: time, pending: pending, begun: one.sequence
        ).remove(
          [Removal(SweepCandidate(one), .deleted, how: "went with what was deleted here; GET answered 404")], .drop)
      }
      for one in gone + others {
        try db.run(sql: "DELETE FROM deleted_along WHERE resource = ?", arguments: [one.id])
      }
      if !gone.isEmpty { try MirrorFact.logHoldsRemoved.note("1", db) }
    }
  }
}
