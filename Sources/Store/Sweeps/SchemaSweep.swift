extension Schema {
  /// What is known of filters, how far sweeps have come, and what was removed.
  ///
  /// `sweep.started` is null while no sweep of the type is under way; `held` counts the removals that wait for a person.
  /// `tombstone` holds no content: it outlives the resource. `kept` is 1 where `sync.onHidden` let the resource stay.
  static let sweeps = """
    CREATE TABLE probe (
      type INTEGER PRIMARY KEY, account TEXT NOT NULL, filters TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
    CREATE TABLE sweep (
      type INTEGER PRIMARY KEY, started INTEGER, sequence INTEGER NOT NULL DEFAULT 0, last_id INTEGER NOT NULL DEFAULT -1,
      position INTEGER NOT NULL DEFAULT 0, is_listed INTEGER NOT NULL DEFAULT 0, finished INTEGER,
      held INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE sweep_candidate (
      type INTEGER NOT NULL, resource INTEGER NOT NULL, is_omitted INTEGER NOT NULL, PRIMARY KEY (type, resource))
      STRICT, WITHOUT ROWID;
    CREATE TABLE tombstone (
      type INTEGER NOT NULL, uuid BLOB NOT NULL, internal_id INTEGER, kind TEXT NOT NULL, learned INTEGER NOT NULL,
      how TEXT NOT NULL, kept INTEGER NOT NULL DEFAULT 0, sequence INTEGER NOT NULL, PRIMARY KEY (type, uuid))
      STRICT, WITHOUT ROWID;
    CREATE VIEW tombstones AS
      SELECT t.name AS type,
        lower(substr(hex(d.uuid), 1, 8) || '-' || substr(hex(d.uuid), 9, 4) || '-' || substr(hex(d.uuid), 13, 4) || '-'
          || substr(hex(d.uuid), 17, 4) || '-' || substr(hex(d.uuid), 21)) AS uuid,
        d.internal_id, d.kind, datetime(d.learned, 'unixepoch') AS learned, d.how, d.kept
      FROM tombstone d JOIN resource_type t ON t.id = d.type;
    """

  /// What the site said of a candidate and how it was learned, so that a sweep in slices goes on with those that were not
  /// asked and its guard counts all. `kind` is that of a tombstone, or `undecided`; null while the site was not asked.
  static let verdicts = """
    ALTER TABLE sweep_candidate ADD COLUMN kind TEXT;
    ALTER TABLE sweep_candidate ADD COLUMN how TEXT;
    """

  /// What the sweep of a type without serial numbers has listed so far.
  static let listed = """
    CREATE TABLE sweep_listed (
      type INTEGER NOT NULL, resource INTEGER NOT NULL, PRIMARY KEY (type, resource)) STRICT, WITHOUT ROWID;
    """

  /// The ids on the last page of a listing (`SweepMarks`), so that the next slice of the sweep sees whether it joins up.
  /// Listings that were under way begin anew.
  static let marks = """
    ALTER TABLE sweep ADD COLUMN marks BLOB;
    DELETE FROM sweep_candidate WHERE type IN (SELECT type FROM sweep WHERE started IS NOT NULL AND is_listed = 0);
    UPDATE sweep SET started = NULL, last_id = -1, position = 0 WHERE started IS NOT NULL AND is_listed = 0;
    """
}
