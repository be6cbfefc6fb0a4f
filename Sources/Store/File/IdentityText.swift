import Foundation
import JSONAPI

/// SQL over the ids in `identity` and `tombstone`: 16 bytes of a UUID, or 16 zero bytes and any other id's text (`ResourceID`). Built-in
/// functions only: other tools read the views and the index.
enum IdentityText {
  /// The id that is stored so; nil for what is none.
  static func id(_ data: Data) -> ResourceID? { data.withUnsafeBytes { ResourceID(bytes: $0) } }

  /// Whether a column holds no UUID.
  static func isText(_ column: String) -> String { "length(\(column)) > 16" }

  /// The text of such an id, in lower case.
  static func folded(_ column: String) -> String { "lower(CAST(substr(\(column), 17) AS TEXT))" }

  /// The id as the site writes it.
  static func shown(_ column: String) -> String {
    let hex = "hex(\(column))"
    return """
      CASE WHEN length(\(column)) > 16 THEN CAST(substr(\(column), 17) AS TEXT)
        ELSE lower(substr(\(hex), 1, 8) || '-' || substr(\(hex), 9, 4) || '-' || substr(\(hex), 13, 4) || '-'
          || substr(\(hex), 17, 4) || '-' || substr(\(hex), 21)) END
      """
  }

  /// The index by which ids that are no UUIDs are found.
  static let foldedIndex =
    "CREATE INDEX identity_by_folded_text ON identity (\(folded("uuid"))) WHERE \(isText("uuid"))"

  /// Ids that are no UUIDs can be looked up in any letter case, and the views show them. UUIDs that the site writes with capitals
  /// are such ids from now on.
  static let migration = """
    \(foldedIndex);
    UPDATE identity SET uuid = CAST(zeroblob(16) || CAST((
        SELECT json_extract(document, '$.id') FROM resource r WHERE r.id = identity.id) AS BLOB) AS BLOB)
      WHERE id IN (
        SELECT r.id FROM resource r JOIN identity i ON i.id = r.id
        WHERE length(i.uuid) = 16 AND substr(r.document, 1, 256) GLOB '*"id":"*[A-F]*'
          AND json_extract(r.document, '$.id') <> \(shown("i.uuid")));
    DROP VIEW resources;
    CREATE VIEW resources AS
      SELECT r.id AS resource, t.name AS type, \(shown("i.uuid")) AS uuid,
        r.internal_id, datetime(r.changed, 'unixepoch') AS changed, r.document
      FROM resource r JOIN identity i ON i.id = r.id JOIN resource_type t ON t.id = r.type;
    DROP VIEW tombstones;
    CREATE VIEW tombstones AS
      SELECT t.name AS type, \(shown("d.uuid")) AS uuid,
        d.internal_id, d.kind, datetime(d.learned, 'unixepoch') AS learned, d.how, d.kept
      FROM tombstone d JOIN resource_type t ON t.id = d.type;
    DROP VIEW changes;
    CREATE VIEW changes AS
      SELECT o.id AS change, t.name AS type, \(shown("i.uuid")) AS uuid,
        o.kind, o.state, datetime(o.recorded, 'unixepoch') AS recorded, o.consumer, o.account, o.attempts, o.error
      FROM outbox o JOIN identity i ON i.id = o.resource JOIN resource_type t ON t.id = o.type;
    """
}

extension Schema {
  static let idsOfAnyForm = IdentityText.migration
}
