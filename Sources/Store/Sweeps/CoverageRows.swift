import GRDB

/// A type's part in a run.
enum CoverageRows {
  /// Counts pages.
  static func count(
    run: Int64, type: Int64, pages: Int = 1, seen: Int, stored: Int, omitted: Int, _ db: Database
  ) throws {
    try db.run(
      sql: """
        INSERT INTO coverage (run, type, pages, seen, stored, omitted) VALUES (?1, ?2, ?6, ?3, ?4, ?5)
        ON CONFLICT (run, type) DO UPDATE SET pages = pages + ?6, seen = seen + ?3, stored = stored + ?4, omitted = omitted + ?5
        """, arguments: [run, type, seen, stored, omitted, pages])
  }
}
