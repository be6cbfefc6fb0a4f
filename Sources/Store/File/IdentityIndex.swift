import GRDB

/// The index by which the number of an id is found. Ids are random, so a new one falls on any page of an index over all of them: of a
/// large mirror, each page of a pull would write hundreds of pages of the file anew. So identities that were added last (`recent`) stand
/// in a part of the index by themselves, which is small; at every 16,384th they take their places among the others, all in one go and in
/// the order of the index.
enum IdentityIndex {
  /// How many identities gather before they settle.
  static let stretch: Int64 = 16_384

  /// The column `uuid` for a condition that is to find its rows by the index: `uuid("i") = ?`. Without this it walks through all.
  static func uuid(_ table: String = "identity") -> String { "\(table).recent IN (0, 1) AND \(table).uuid" }

  /// Whether what is recent is to settle after an identity got this number.
  static func isFull(at id: Int64) -> Bool { id % stretch == 0 }

  /// Moves what is recent to its place.
  static func settle(_ db: Database) throws {
    try db.run(sql: "UPDATE identity SET recent = 0 WHERE recent = 1")
  }

  /// The table with the index in two parts; all that is there has settled. `identity_by_shown` is there again where it was.
  static func migrate(_ db: Database) throws {
    let shown = try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE name = 'identity_by_shown'")
    // Views and triggers name the table and are to stay as they are, though for a moment there is none.
    try db.execute(sql: "PRAGMA legacy_alter_table = ON")
    defer { try? db.execute(sql: "PRAGMA legacy_alter_table = OFF") }
    try db.execute(
      sql: """
        CREATE TABLE settled_identity (
          id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, type INTEGER NOT NULL REFERENCES resource_type,
          recent INTEGER NOT NULL DEFAULT 1) STRICT;
        INSERT INTO settled_identity (id, uuid, type, recent) SELECT id, uuid, type, 0 FROM identity ORDER BY id;
        DROP TABLE identity;
        ALTER TABLE settled_identity RENAME TO identity;
        CREATE UNIQUE INDEX identity_by_id ON identity (recent, uuid, type);
        \(IdentityText.foldedIndex);
        """)
    for sql in shown { try db.execute(sql: sql) }
  }
}

extension Schema {
  static func splitIdentities(_ db: Database) throws { try IdentityIndex.migrate(db) }
}
