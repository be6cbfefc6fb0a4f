import GRDB

extension Schema {
  /// What views there are. `report_view`: the view of a type, or of a relationship to many (`relationship`), with the statement that it
  /// was made by, empty while it is not there, and what it was made of (`basis`). `report_column`: where and as what each column of a
  /// type's view stands, also of one that has no place now (`is_shown`), so that it gets the same again.
  ///
  /// `plain_text`: the formatted texts of resources without their markup, by field, written with the document (`PlainTextWriter`) and
  /// gone with it. Those of resources that are here already are made in steps (`Views.fillPlainTexts`).
  static let reportViews = """
    CREATE TABLE report_view (
      id INTEGER PRIMARY KEY, type INTEGER NOT NULL, relationship TEXT NOT NULL DEFAULT '', name TEXT NOT NULL, label TEXT,
      definition TEXT NOT NULL DEFAULT '', basis TEXT NOT NULL DEFAULT '', UNIQUE (type, relationship)) STRICT;
    CREATE UNIQUE INDEX report_view_by_name ON report_view (lower(name));
    CREATE TABLE report_column (
      view INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL,
      field TEXT NOT NULL, property TEXT, path TEXT NOT NULL, label TEXT, is_shown INTEGER NOT NULL,
      PRIMARY KEY (view, position)) STRICT, WITHOUT ROWID;
    CREATE TABLE plain_text (
      resource INTEGER NOT NULL, field INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (resource, field)) STRICT, WITHOUT ROWID;
    CREATE TRIGGER resource_leaves_plain_text AFTER DELETE ON resource BEGIN
      DELETE FROM plain_text WHERE resource = OLD.id;
    END;
    INSERT INTO setting (name, value) SELECT '\(MirrorFact.plainTextAfter.rawValue)', '0' WHERE EXISTS (SELECT 1 FROM resource);
    CREATE VIEW mirror_columns AS
      SELECT v.name AS view, CASE c.is_shown WHEN 1 THEN c.name END AS "column", c.kind AS type, c.field, c.label, c.path
      FROM report_view v JOIN report_column c ON c.view = v.id WHERE v.definition <> ''
      UNION ALL
      SELECT v.name, l.name, l.kind, v.relationship, v.label,
        CASE l.name WHEN 'id' THEN 'id' ELSE 'relationships.' || v.relationship || '.data' || l.path END
      FROM report_view v JOIN (
        SELECT 'id' AS name, 'text' AS kind, '' AS path UNION ALL SELECT 'delta', 'integer', ''
        UNION ALL SELECT 'target_type', 'text', '.type' UNION ALL SELECT 'target_id', 'text', '.id') l
      WHERE v.definition <> '' AND v.relationship <> ''
      UNION ALL
      SELECT * FROM (VALUES \(ReadyReports.explained));
    \(ReadyReports.views)
    """

  /// Brings a mirror up to date. Views of types make way meanwhile: what is new may have the name of one of them.
  /// - Throws: a `DatabaseError`; of SQLITE_BUSY where another program writes.
  static func migrate(_ pool: DatabasePool) throws {
    // By the connection for writing, as `fitSearch`.
    let isCurrent = try pool.writeWithoutTransaction { try migrator.hasCompletedMigrations($0) }
    if isCurrent { return try fitSearch(pool) }
    try pool.write { try ReportViewRows.clear($0) }
    try migrator.migrate(pool)
    try fitSearch(pool)
    _ = try pool.write { try ReportMaking.renew($0) }
  }
}
