extension Schema {
  /// What views there are. `report_view`: the view of a type, or of a relationship to many (`relationship`); `report_column`: where and
  /// as what each column of a type's view stands, also of one that has no place now (`is_shown`), so that it gets the same again.
  ///
  /// `plain_text`: the formatted texts of resources without their markup, by field, written with the document (`PlainTextWriter`) and
  /// gone with it.
  static let reportViews = """
    CREATE TABLE report_view (
      id INTEGER PRIMARY KEY, type INTEGER NOT NULL, relationship TEXT NOT NULL DEFAULT '', name TEXT NOT NULL, label TEXT,
      definition TEXT NOT NULL DEFAULT '', UNIQUE (type, relationship)) STRICT;
    CREATE UNIQUE INDEX report_view_by_name ON report_view (lower(name));
    CREATE TABLE report_column (
      view INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL,
      path TEXT NOT NULL, label TEXT, is_shown INTEGER NOT NULL, PRIMARY KEY (view, position)) STRICT, WITHOUT ROWID;
    CREATE TABLE plain_text (
      resource INTEGER NOT NULL, field INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (resource, field)) STRICT, WITHOUT ROWID;
    CREATE TRIGGER resource_leaves_plain_text AFTER DELETE ON resource BEGIN
      DELETE FROM plain_text WHERE resource = OLD.id;
    END;
    """
}
