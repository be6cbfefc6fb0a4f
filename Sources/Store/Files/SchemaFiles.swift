extension Schema {
  /// Contents of `file--file` resources. `source` tells which content it is (where the site keeps it, size, `changed`);
  /// `sequence` is the resource's when it was last looked at. `path` is where the local API serves it. `sha256` is
  /// null until the content is there.
  static let files = """
    CREATE TABLE file_content (
      resource INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, source TEXT NOT NULL, path TEXT, is_public INTEGER NOT NULL,
      sha256 TEXT, bytes INTEGER, media_type TEXT, validator TEXT, last_modified INTEGER, fetched INTEGER,
      attempts INTEGER NOT NULL DEFAULT 0, next_attempt INTEGER NOT NULL DEFAULT 0, error TEXT) STRICT;
    CREATE INDEX file_content_by_path ON file_content (path);
    CREATE INDEX file_content_by_hash ON file_content (sha256);
    CREATE VIEW files AS
      SELECT c.resource, json_extract(r.document, '$.attributes.filename') AS filename, c.path, c.is_public, c.sha256, c.bytes,
        c.media_type, datetime(c.fetched, 'unixepoch') AS fetched, c.attempts, c.error
      FROM file_content c JOIN resource r ON r.id = c.resource;
    """
}

extension Schema {
  /// When a content was last compared with the site's, whether the site has lost a file, and a view of all files,
  /// those too that were never fetched.
  static let fileStates = """
    ALTER TABLE file_content ADD COLUMN checked INTEGER;
    ALTER TABLE file_content ADD COLUMN is_lost INTEGER NOT NULL DEFAULT 0;
    DROP VIEW files;
    CREATE VIEW files AS
      SELECT r.id AS resource,
        CASE WHEN json_valid(r.document) THEN json_extract(r.document, '$.attributes.filename') END AS filename, c.path,
        c.is_public, c.sha256, c.bytes, c.media_type, datetime(c.fetched, 'unixepoch') AS fetched, c.attempts, c.error,
        CASE WHEN c.is_lost <> 0 THEN 'lost' WHEN c.error IS NOT NULL AND c.sha256 IS NOT NULL THEN 'stale'
          WHEN c.error IS NOT NULL THEN 'failed' WHEN c.sha256 IS NULL THEN 'waiting' ELSE 'present' END AS state,
        datetime(c.checked, 'unixepoch') AS checked,
        CASE WHEN c.error IS NOT NULL THEN datetime(c.next_attempt, 'unixepoch') END AS next_attempt
      FROM resource_type t JOIN resource r ON r.type = t.id LEFT JOIN file_content c ON c.resource = r.id
      WHERE t.entity_type = 'file';
    """
}
