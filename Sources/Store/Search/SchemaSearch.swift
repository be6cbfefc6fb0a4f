import GRDB
import GRDBSQLite

extension Schema {
  /// The text index. `search_index`: the words of each resource, by the columns that `search_field` gives its attributes; it keeps the
  /// texts themselves, for it follows behind the store (`Searching.step`), and FTS5 takes words out by the text that they came in with.
  /// `search_state`: the number of the change up to which it follows, and what it owes to what was taken out (`SearchPurge`).
  /// What leaves, leaves it in the same transaction.
  static let search = """
    \(searchIndex)
    CREATE TABLE search_field (
      type INTEGER NOT NULL, field TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (type, field)) STRICT, WITHOUT ROWID;
    CREATE TABLE search_state (
      id INTEGER PRIMARY KEY CHECK (id = 1), after INTEGER NOT NULL, removals INTEGER NOT NULL DEFAULT 0,
      edits INTEGER NOT NULL DEFAULT 0, pass_removals INTEGER, pass_edits INTEGER, spent_ms INTEGER NOT NULL DEFAULT 0,
      last_ms INTEGER NOT NULL DEFAULT 0, passed INTEGER NOT NULL DEFAULT 0) STRICT;
    INSERT INTO search_state (id, after) VALUES (1, 0);
    CREATE TRIGGER resource_leaves_search AFTER DELETE ON resource BEGIN
      DELETE FROM search_index WHERE rowid = OLD.id;
      UPDATE search_state SET removals = removals + 1;
    END;
    CREATE VIEW search AS
      SELECT t.name AS type, \(IdentityText.shown("i.uuid")) AS id, search_index.title AS title,
        snippet(search_index, -1, '[', ']', '…', 24) AS snippet, search_index.rank AS rank, search_index.search_index AS search
      FROM search_index CROSS JOIN resource r ON r.id = search_index.rowid CROSS JOIN resource_type t ON t.id = r.type
      CROSS JOIN identity i ON i.id = r.id
      WHERE r.sequence <= (SELECT after FROM search_state);
    """

  /// Words as Unicode parts them, without letter case and accents; those of titles count for more. Beginnings of two letters, which are
  /// those of too many words to be looked through, have an index of their own. All words of a large transaction are sorted in memory
  /// (16 MB at most) and written once: with FTS5's own bound of 1 MB, and as many pieces to merge, a first index takes twice as long.
  private static let searchIndex = """
    CREATE VIRTUAL TABLE search_index USING fts5(
      \(SearchSlots.columns.joined(separator: ", ")), tokenize = 'unicode61 remove_diacritics 2', prefix = '2');
    INSERT INTO search_index (search_index, rank) VALUES ('rank', 'bm25(8.0)');
    INSERT INTO search_index (search_index, rank) VALUES ('hashsize', 16777216);
    """

  /// SQLite 3.42.0 and newer take words out of an FTS5 table where they stand (option `secure-delete`), in a form that older ones
  /// cannot read. Debian 12 has 3.40.1, Debian 13 has 3.46.1.
  static var deletesInPlace: Bool { sqlite3_libversion_number() >= 3_042_000 }

  /// Lets the text index fit the SQLite that this process runs with: a file may have been written by another one. Nothing is written
  /// where it does.
  static func fitSearch(_ pool: DatabasePool) throws {
    // By the writer's connection: one for reading, made for this alone, would leave the log behind when the mirror is closed.
    let found = try pool.writeWithoutTransaction { try form(of: $0) }
    if deletesInPlace, !found.deletesInPlace {
      try pool.write {
        try $0.execute(sql: "INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)")
      }
    } else if !deletesInPlace, found.version > 4 {
      try pool.write { try renewSearch($0) }
    }
  }

  private static func form(of db: Database) throws -> (version: Int64, deletesInPlace: Bool) {
    let rows = try Row.fetchAll(db, sql: "SELECT k, CAST(v AS INTEGER) FROM search_index_config")
    var form: (version: Int64, deletesInPlace: Bool) = (4, false)
    for row in rows {
      switch try row.decode(String.self, atIndex: 0) {
      case "version": form.version = try row.decode(Int64?.self, atIndex: 1) ?? 4
      case "secure-delete": form.deletesInPlace = try row.decode(Int64?.self, atIndex: 1) == 1
      default: break
      }
    }
    return form
  }

  /// Makes the text index anew, empty: it is filled in steps.
  static func renewSearch(_ db: Database) throws {
    // What this SQLite cannot read it does not remove either: it looks at the number alone.
    try db.execute(sql: "UPDATE search_index_config SET v = 4 WHERE k = 'version'")
    try db.execute(sql: "DROP TABLE search_index")
    try db.execute(sql: searchIndex)
    try db.execute(
      sql: """
        DELETE FROM search_field;
        UPDATE search_state SET after = 0, removals = 0, edits = 0, pass_removals = NULL, pass_edits = NULL, spent_ms = 0;
        """)
  }
}
