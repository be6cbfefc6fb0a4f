import Foundation
import GRDB
import JSONAPI

extension Outbox {
  /// Which targets of relationships are gone, as far as is known here: they have a tombstone, or were deleted here and the site may
  /// have carried that out.
  /// - Parameter items: resource identifiers.
  /// - Returns: their keys (`FieldValue.key`).
  package func gone(_ items: [JSON]) throws -> Set<String> {
    if items.isEmpty { return [] }
    return try read { db in
      var gone: Set<String> = []
      for item in items {
        guard let type = item["type"]?.string, let id = item["id"]?.string.flatMap({ ResourceID(target: $0) }) else {
          continue
        }
        let isGone = try Bool.cachedOne(
          db,
          sql: """
            SELECT EXISTS (
              SELECT 1 FROM tombstone d JOIN resource_type t ON t.id = d.type WHERE t.name = ?1 AND d.uuid = ?2)
            OR EXISTS (
              SELECT 1 FROM identity i JOIN resource_type t ON t.id = i.type JOIN outbox o ON o.resource = i.id
              WHERE t.name = ?1 AND \(IdentityIndex.uuid("i")) = ?2 AND o.kind = 'delete'
                AND o.state IN ('queued', 'sending', 'uncertain', 'conflict'))
            """, arguments: [type, Data(id.bytes)])
        if isGone == true { gone.insert(FieldValue.key(item)) }
      }
      return gone
    }
  }
}
