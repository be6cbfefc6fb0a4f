import Foundation
import GRDB
import JSONAPI

/// Stored resources that the site should show: all but those that are kept although they are hidden, those made here that it does
/// not have yet, and those with local changes that are gone there.
extension Reading {
  private static let isExpected = """
    NOT EXISTS (
      SELECT 1 FROM identity i JOIN tombstone d ON d.type = i.type AND d.uuid = i.uuid
      WHERE i.id = r.id AND d.kept <> 0)
    AND NOT EXISTS (
      SELECT 1 FROM outbox_copy o
      WHERE o.resource = r.id AND (o.base_document IS NULL OR o.site_deleted <> 0))
    """

  /// How many of a type the site should show.
  package func countExpected(of type: String) throws -> Int {
    try read { db in
      try Int.cachedOne(
        db,
        sql: """
          SELECT count(*) FROM resource r
          WHERE r.type = (SELECT id FROM resource_type WHERE name = ?) AND \(Reading.isExpected)
          """, arguments: [type]) ?? 0
    }
  }

  /// Some of a type that the site should show whole, spread over its serial numbers: the oldest and the newest first.
  /// - Parameter count: how many at most, at least 2.
  package func someExpected(of type: String, count: Int) throws -> [ResourceID] {
    try read { db in
      let row = try Row.cachedOne(
        db,
        sql: """
          SELECT min(internal_id), max(internal_id) FROM resource
          WHERE type = (SELECT id FROM resource_type WHERE name = ?)
          """, arguments: [type])
      guard let least = try row?.decode(Int64?.self, atIndex: 0),
        let greatest = try row?.decode(Int64?.self, atIndex: 1)
      else {
        return []
      }
      let steps = Int64(max(count, 2) - 1)
      var found: [ResourceID] = []
      func look(_ comparison: String, _ place: Int64, _ order: String) throws {
        let uuid = try Data.cachedOne(
          db,
          sql: """
            SELECT n.uuid FROM resource r JOIN identity n ON n.id = r.id
            WHERE r.type = (SELECT id FROM resource_type WHERE name = ?1) AND r.internal_id \(comparison) ?2
              AND \(Reading.isExpected)
            ORDER BY r.internal_id \(order) LIMIT 1
            """, arguments: [type, place])
        if let uuid = uuid.flatMap(IdentityText.id), !found.contains(uuid) { found.append(uuid) }
      }
      try look(">=", least, "ASC")
      try look("<=", greatest, "DESC")
      for step in 1..<max(steps, 1) {
        try look(
          ">=", least.addingClamped((greatest.subtractingClamped(least) / steps).multipliedClamped(by: step)), "ASC")
      }
      return found
    }
  }

  /// Whether all of a resource is stored, and not its label alone.
  package func isStoredWhole(_ uuid: ResourceID, type: String) throws -> Bool {
    try read { db in
      try Bool.cachedOne(
        db,
        sql: """
          SELECT r.internal_id IS NOT NULL FROM identity i JOIN resource r ON r.id = i.id
          WHERE \(IdentityIndex.uuid("i")) = ? AND i.type = (SELECT id FROM resource_type WHERE name = ?)
          """, arguments: [Data(uuid.bytes), type]) ?? false
    }
  }
}
