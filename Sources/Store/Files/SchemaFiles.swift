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

  /// Where the contents of files are, as the site said (`FileAddressRows`). Resources with local changes have it from the site's copy.
  /// What was fetched for one of them may be from an address that a client set: it is fetched anew.
  static let addresses = """
    CREATE TABLE file_source (
      resource INTEGER PRIMARY KEY, uri TEXT NOT NULL, url TEXT NOT NULL, size INTEGER, media_type TEXT) STRICT;
    INSERT INTO file_source (resource, uri, url, size, media_type)
      SELECT id, json_extract(d, '$.attributes.uri.value'), json_extract(d, '$.attributes.uri.url'),
        CASE WHEN typeof(json_extract(d, '$.attributes.filesize')) = 'integer'
          AND json_extract(d, '$.attributes.filesize') >= 0 THEN json_extract(d, '$.attributes.filesize') END,
        CASE json_type(d, '$.attributes.filemime') WHEN 'text' THEN json_extract(d, '$.attributes.filemime') END
      FROM (
        SELECT r.id, iif(c.resource IS NULL, r.document, coalesce(c.site_document, c.base_document)) AS d
        FROM resource_type t JOIN resource r ON r.type = t.id LEFT JOIN outbox_copy c ON c.resource = r.id
        WHERE t.entity_type = 'file')
      WHERE CASE WHEN json_valid(d) THEN json_type(d, '$.attributes.uri.value') = 'text'
        AND json_type(d, '$.attributes.uri.url') = 'text' END;
    DELETE FROM file_content WHERE resource IN (SELECT resource FROM outbox_copy);
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
