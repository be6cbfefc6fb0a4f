/// The tables of local changes on their way to the site (from migration "6 outbox" on).
enum OutboxSchema {
  /// `outbox`: one row a change. `outbox_copy`: while a resource has unsettled changes, what was last agreed with the site
  /// (base; null when the site does not have it yet) and the newest that was seen there since (site). `conflict`: what a
  /// person or a policy decides, kept while the resource is known. `upload`: files that wait for the site; their bytes are beside the mirror.
  /// `outbox_echo`: what the last push made of a resource, so that a page read before it is not taken for news.
  ///
  /// An empty outbox costs a read one look at an empty partial index.
  static let tables = """
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT, resource INTEGER NOT NULL, type INTEGER NOT NULL, kind TEXT NOT NULL,
      members TEXT NOT NULL, consumer TEXT, account TEXT, recorded INTEGER NOT NULL, state TEXT NOT NULL,
      version INTEGER NOT NULL DEFAULT 1, sends INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
      next_attempt INTEGER NOT NULL DEFAULT 0, error TEXT, error_document TEXT, finished INTEGER) STRICT;
    CREATE INDEX outbox_unsettled ON outbox (type, resource)
      WHERE state IN ('queued', 'sending', 'uncertain', 'conflict', 'rejected');
    CREATE INDEX outbox_finished ON outbox (finished) WHERE finished IS NOT NULL;
    CREATE TABLE outbox_copy (
      resource INTEGER PRIMARY KEY, base_document TEXT, base_splices BLOB, base_revision INTEGER,
      site_document TEXT, site_splices BLOB, site_revision INTEGER, site_deleted INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE outbox_echo (
      resource INTEGER PRIMARY KEY, changed INTEGER, deleted INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
    CREATE TABLE conflict (
      id INTEGER PRIMARY KEY AUTOINCREMENT, change INTEGER NOT NULL, resource INTEGER NOT NULL, kind TEXT NOT NULL,
      noticed INTEGER NOT NULL, base TEXT, site TEXT, local TEXT, fields TEXT NOT NULL, decision TEXT, decided INTEGER)
      STRICT;
    CREATE INDEX conflict_open ON conflict (resource) WHERE decision IS NULL;
    CREATE TABLE upload (
      change INTEGER PRIMARY KEY, host_type TEXT NOT NULL, field TEXT NOT NULL, filename TEXT NOT NULL,
      local_uuid TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, highest_id INTEGER) STRICT;
    CREATE VIEW changes AS
      SELECT o.id AS change, t.name AS type,
        lower(substr(hex(i.uuid), 1, 8) || '-' || substr(hex(i.uuid), 9, 4) || '-' || substr(hex(i.uuid), 13, 4) || '-'
          || substr(hex(i.uuid), 17, 4) || '-' || substr(hex(i.uuid), 21)) AS uuid,
        o.kind, o.state, datetime(o.recorded, 'unixepoch') AS recorded, o.consumer, o.account, o.attempts, o.error
      FROM outbox o JOIN identity i ON i.id = o.resource JOIN resource_type t ON t.id = o.type;
    """

  /// With thousands of changes waiting, those of one resource are found without a look at the others.
  static let byResource = """
    CREATE INDEX outbox_unsettled_by_resource ON outbox (resource)
      WHERE state IN ('queued', 'sending', 'uncertain', 'conflict', 'rejected');
    """

  /// With thousands of changes that are over, what is left of those of one resource is found when it is removed. `faults` counts
  /// the requests on which the site itself failed.
  static let history = """
    ALTER TABLE outbox ADD COLUMN faults INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX outbox_by_resource ON outbox (resource);
    CREATE INDEX conflict_by_resource ON conflict (resource);
    """

  /// `outbox_echo.made` is the site's clock at the time, `is_past` whether a round has begun since: a page that is dated before
  /// the push does not undo it, whichever round reads it. `outbox.apart_of` is the change of which a refused member was set apart.
  static let living = """
    ALTER TABLE outbox_echo ADD COLUMN made INTEGER;
    ALTER TABLE outbox_echo ADD COLUMN is_past INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN apart_of INTEGER;
    CREATE INDEX outbox_apart ON outbox (apart_of) WHERE apart_of IS NOT NULL;
    """

  /// The states of a change that is not over, for SQL.
  static let isUnsettled = UnsettledChanges.condition
}

extension Schema {
  static let outbox = OutboxSchema.tables
  static let outboxByResource = OutboxSchema.byResource
  static let outboxHistory = OutboxSchema.history
  static let outboxOnLivingSites = OutboxSchema.living
  static let deletedAlong = DeletedAlong.table
  static let refusedCreations = RefusedCreations.table
}
