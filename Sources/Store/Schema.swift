import GRDB

/// The tables of a mirror, grown by migrations. Other tools open the file: no custom collation, no custom function. What is not here is
/// in extensions beside the code that it is for.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 resources") { db in
      try db.execute(sql: resources)
      try db.execute(sql: ledger)
      try db.execute(sql: views)
    }
    migrator.registerMigration("2 token issuer") { db in try db.execute(sql: tokens) }
    migrator.registerMigration("3 sweeps and tombstones") { db in try db.execute(sql: sweeps) }
    migrator.registerMigration("4 schemas and path indexes") { db in try db.execute(sql: queries) }
    migrator.registerMigration("5 files") { db in try db.execute(sql: files) }
    migrator.registerMigration("6 outbox") { db in try db.execute(sql: outbox) }
    migrator.registerMigration("7 outbox by resource") { db in try db.execute(sql: outboxByResource) }
    migrator.registerMigration("8 indexes of long texts") { db in try db.execute(sql: texts) }
    migrator.registerMigration("9 history of a resource") { db in try db.execute(sql: outboxHistory) }
    migrator.registerMigration("10 verdicts of sweeps") { db in try db.execute(sql: verdicts) }
    migrator.registerMigration("11 marks of sweeps") { db in try db.execute(sql: marks) }
    migrator.registerMigration("12 set aside") { db in try db.execute(sql: setAside) }
    migrator.registerMigration("13 push on living sites") { db in
      try db.execute(sql: outboxOnLivingSites)
      try db.execute(sql: deletedAlong)
      try db.execute(sql: refusedCreations)
    }
    migrator.registerMigration("14 ids of any form") { db in try db.execute(sql: idsOfAnyForm) }
    migrator.registerMigration("15 rows that sweeps see again") { db in try db.execute(sql: rowsSeenAgain) }
    migrator.registerMigration("16 serial numbers by entity type") { db in try healSerialNumbers(db) }
    migrator.registerMigration("17 passes") { db in try db.execute(sql: passes) }
    migrator.registerMigration("18 sweeps without serial numbers") { db in try db.execute(sql: listed) }
    migrator.registerMigration("19 names of types") { db in try db.execute(sql: typeNames) }
    migrator.registerMigration("20 addresses of files") { db in try db.execute(sql: addresses) }
    migrator.registerMigration("21 application id") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    migrator.registerMigration("22 states of files") { db in try db.execute(sql: fileStates) }
    migrator.registerMigration("23 names without escapes") { db in try db.execute(sql: typeNamesWithoutEscapes) }
    migrator.registerMigration("24 notes of changes") { db in try db.execute(sql: notes) }
    migrator.registerMigration("25 authorizations") { db in try db.execute(sql: authorizations) }
    migrator.registerMigration("26 views") { db in try db.execute(sql: reportViews) }
    migrator.registerMigration("27 search") { db in try db.execute(sql: search) }
    migrator.registerMigration("28 feed") { db in try beginFeed(db) }
    migrator.registerMigration("29 recent identities") { db in try splitIdentities(db) }
    migrator.registerMigration("30 digests of rows") { db in try db.execute(sql: rowDigests) }
    return migrator
  }

  /// `identity` interns (type, UUID) so that everything that is indexed is an integer; targets that were never seen
  /// have one too. `resource.document` is the site's resource object without derivable links, with U+FDD0 for the
  /// base URL.
  private static let resources = """
    CREATE TABLE resource_type (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, entity_type TEXT NOT NULL, path TEXT,
      id_attribute TEXT) STRICT;
    CREATE TABLE field (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE identity (
      id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, type INTEGER NOT NULL REFERENCES resource_type, UNIQUE (uuid, type)) STRICT;
    CREATE TABLE resource (
      id INTEGER PRIMARY KEY, type INTEGER NOT NULL, internal_id INTEGER, changed INTEGER, revision INTEGER,
      sequence INTEGER NOT NULL, document TEXT NOT NULL, splices BLOB NOT NULL) STRICT;
    CREATE INDEX resource_by_internal_id ON resource (type, internal_id);
    CREATE INDEX resource_by_changed ON resource (type, changed, internal_id);
    CREATE INDEX resource_by_sequence ON resource (sequence);
    CREATE TABLE relationship (
      source INTEGER NOT NULL, field INTEGER NOT NULL, delta INTEGER NOT NULL, target_type INTEGER NOT NULL, target INTEGER,
      PRIMARY KEY (source, field, delta)) STRICT, WITHOUT ROWID;
    CREATE INDEX relationship_by_target ON relationship (target, field);
    """

  /// What was read when: the cursor of each type, and per run and type how many pages, resources and omissions were
  /// seen.
  private static let ledger = """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE cursor (
      type INTEGER PRIMARY KEY, changed INTEGER NOT NULL, internal_id INTEGER NOT NULL, known_until INTEGER NOT NULL DEFAULT 0)
      STRICT;
    CREATE TABLE run (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, started INTEGER NOT NULL, finished INTEGER, outcome TEXT, message TEXT)
      STRICT;
    CREATE TABLE coverage (
      run INTEGER NOT NULL, type INTEGER NOT NULL, requests INTEGER NOT NULL DEFAULT 0, pages INTEGER NOT NULL DEFAULT 0,
      seen INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0, omitted INTEGER NOT NULL DEFAULT 0, outcome TEXT,
      PRIMARY KEY (run, type)) STRICT, WITHOUT ROWID;
    """

  /// The names that reports use.
  private static let views = """
    CREATE VIEW resources AS
      SELECT r.id AS resource, t.name AS type,
        lower(substr(hex(i.uuid), 1, 8) || '-' || substr(hex(i.uuid), 9, 4) || '-' || substr(hex(i.uuid), 13, 4) || '-'
          || substr(hex(i.uuid), 17, 4) || '-' || substr(hex(i.uuid), 21)) AS uuid,
        r.internal_id, datetime(r.changed, 'unixepoch') AS changed, r.document
      FROM resource r JOIN identity i ON i.id = r.id JOIN resource_type t ON t.id = r.type;
    CREATE VIEW relationships AS
      SELECT l.source AS resource, s.name AS type, f.name AS relationship, l.delta, l.target AS target, t.name AS target_type
      FROM relationship l JOIN field f ON f.id = l.field JOIN resource_type t ON t.id = l.target_type
      JOIN resource r ON r.id = l.source JOIN resource_type s ON s.id = r.type;
    """

  /// What is known of the types' fields, which paths queries had to read out of documents, and the indexes made of
  /// those: text as `utf8mb4_general_ci` compares it and without spaces at the end, `-Inf` for null.
  private static let queries = """
    CREATE TABLE type_schema (
      type INTEGER PRIMARY KEY, version INTEGER NOT NULL, examined INTEGER NOT NULL, fields TEXT NOT NULL) STRICT;
    CREATE TABLE path_use (
      type INTEGER NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, queries INTEGER NOT NULL, slowest_ms INTEGER NOT NULL,
      last INTEGER NOT NULL, PRIMARY KEY (type, path)) STRICT, WITHOUT ROWID;
    CREATE TABLE path_index (
      id INTEGER PRIMARY KEY, type INTEGER NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
      created INTEGER NOT NULL, state TEXT NOT NULL, built INTEGER NOT NULL, UNIQUE (type, path)) STRICT;
    CREATE TABLE indexed_value (
      path INTEGER NOT NULL, value ANY NOT NULL, serial INTEGER NOT NULL, resource INTEGER NOT NULL,
      PRIMARY KEY (path, value, serial, resource)) STRICT, WITHOUT ROWID;
    CREATE INDEX indexed_value_by_resource ON indexed_value (resource, path);
    CREATE TRIGGER resource_leaves_indexes AFTER DELETE ON resource BEGIN
      DELETE FROM indexed_value WHERE resource = OLD.id;
    END;
    """

  /// The texts of paths whose values are too long for a b-tree, compared as above, with the spaces at their end: to
  /// look through them takes a tenth of the time that documents take. Indexes are built in another order than before:
  /// those under way begin again.
  private static let texts = """
    CREATE TABLE indexed_text (
      path INTEGER NOT NULL, resource INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (path, resource)) STRICT, WITHOUT ROWID;
    CREATE TRIGGER resource_leaves_texts AFTER DELETE ON resource BEGIN
      DELETE FROM indexed_text WHERE path IN (SELECT id FROM path_index WHERE type = OLD.type) AND resource = OLD.id;
    END;
    UPDATE path_index SET built = 0 WHERE state = 'building';
    DELETE FROM path_index WHERE state = 'unsuitable';
    """

  /// Clients, people and refresh tokens of the local API. Secrets only as hashes.
  private static let tokens = """
    CREATE TABLE consumer (
      id TEXT PRIMARY KEY, label TEXT NOT NULL, secret_hash TEXT, grants TEXT NOT NULL, scopes TEXT NOT NULL,
      created INTEGER NOT NULL) STRICT;
    CREATE TABLE account (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL, user_uuid TEXT, scopes TEXT NOT NULL,
      created INTEGER NOT NULL) STRICT;
    CREATE TABLE issued_token (
      jti TEXT PRIMARY KEY, consumer TEXT NOT NULL, account INTEGER, scopes TEXT NOT NULL, issued INTEGER NOT NULL,
      expires INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, refresh_hash TEXT UNIQUE,
      refresh_expires INTEGER) STRICT;
    CREATE INDEX issued_token_by_expiry ON issued_token (expires);
    """
}
