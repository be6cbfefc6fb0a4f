import GRDB
import JSONAPI

/// When a path is worth an index: decided from what is recorded alone.
package enum IndexPolicy {
  /// Below so many resources of a type, its documents alone are read quickly enough.
  static let leastRows: Int64 = 2_000
  /// So many queries that had to read documents are worth an index.
  static let queries: Int64 = 5
  /// One query that took so long is, too.
  package static let slowMilliseconds: Int64 = 200

  /// Why an index is worth it; nil while it is not.
  static func reason(rows: Int64, queries: Int64, slowestMilliseconds: Int64) -> String? {
    // A slow query over several types needs the indexes of all of them, of the small ones too.
    guard queries >= self.queries && rows >= leastRows || slowestMilliseconds >= slowMilliseconds else { return nil }
    return "\(queries) queries read \(rows) documents for it, the slowest took \(slowestMilliseconds) ms"
  }
}

/// Builds and keeps the automatic indexes. Everything is in the caller's transaction.
enum PathIndexes {
  /// Longer values make their path unsuitable: the index would be a second copy of the documents.
  static let longestValue = 1_024

  /// Makes the rows of indexes that are worth it now, empty.
  static func plan(_ db: Database, at now: Int64) throws {
    let candidates = try Row.fetchAll(
      db,
      sql: """
        SELECT u.type, u.path, u.kind, u.queries, u.slowest_ms FROM path_use u
        LEFT JOIN path_index p ON p.type = u.type AND p.path = u.path
        WHERE (p.id IS NULL OR p.kind <> u.kind) AND (u.slowest_ms >= ?2 OR u.queries >= ?1
          AND (SELECT count(*) FROM (SELECT 1 FROM resource r WHERE r.type = u.type LIMIT ?3)) >= ?3)
        """, arguments: [IndexPolicy.queries, IndexPolicy.slowMilliseconds, IndexPolicy.leastRows])
    for row in candidates {
      let type: Int64 = try row.decode(forColumn: "type")
      let path: String = try row.decode(forColumn: "path")
      let kind: String = try row.decode(forColumn: "kind")
      let rows = try Int64.fetchOne(db, sql: "SELECT count(*) FROM resource WHERE type = ?", arguments: [type])
      let reason = try IndexPolicy.reason(
        rows: rows ?? 0, queries: row.decode(forColumn: "queries"),
        slowestMilliseconds: row.decode(forColumn: "slowest_ms"))
      guard let reason else { continue }
      // What its values are was learned anew: the old index compares in another way.
      if let old = try Int64.fetchOne(
        db, sql: "SELECT id FROM path_index WHERE type = ? AND path = ?", arguments: [type, path])
      {
        try clear(old, db)
      }
      try db.execute(
        sql: """
          INSERT INTO path_index (type, path, kind, reason, created, state, built) VALUES (?, ?, ?, ?, ?, 'building', 0)
          """, arguments: [type, path, kind, reason, now])
    }
  }

  static func drop(_ id: Int64, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM path_use WHERE (type, path) IN (SELECT type, path FROM path_index WHERE id = ?)
        """, arguments: [id])
    try clear(id, db)
  }

  private static func clear(_ id: Int64, _ db: Database) throws {
    try empty(id, db)
    try db.execute(sql: "DELETE FROM path_index WHERE id = ?", arguments: [id])
  }

  private static func empty(_ id: Int64, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM indexed_value WHERE path = ?", arguments: [id])
    try db.execute(sql: "DELETE FROM indexed_text WHERE path = ?", arguments: [id])
  }

  /// Empties an index that cannot hold a value, and gives what it becomes: nil when it is not kept any more.
  static func giveUp(_ entry: PathIndexWriter.Entry, _ db: Database) throws -> PathIndexWriter.Entry? {
    try empty(entry.id, db)
    let isText = !entry.holdsTexts && entry.kind == .text
    let state = isText ? PathIndexState.buildingTexts : .unsuitable
    try db.execute(
      sql: "UPDATE path_index SET state = ?, built = 0 WHERE id = ?", arguments: [state.rawValue, entry.id])
    guard isText else { return nil }
    var entry = entry
    entry.holdsTexts = true
    return entry
  }

  /// One bounded step of building, along the type's own rows: a type may be few among many. What is written meanwhile its
  /// writer indexes. False when nothing is left to do.
  static func build(_ db: Database, resources: Int) throws -> Bool {
    guard
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT id, type, path, kind, built, state FROM path_index WHERE state IN ('building', 'building texts')
          ORDER BY id LIMIT 1
          """)
    else { return false }
    let id: Int64 = try row.decode(forColumn: "id")
    var progress = BuildProgress(rawValue: try row.decode(forColumn: "built"))
    let rows = try RawStatement(
      db.sqliteConnection,
      """
      SELECT id, internal_id, document FROM resource
      WHERE type = ?2 AND \(progress.condition) ORDER BY internal_id, id LIMIT ?3
      """)
    rows.bind(progress.key, at: 1)
    rows.bind(try row.decode(Int64.self, forColumn: "type"), at: 2)
    rows.bind(Int64(resources), at: 3)
    let writer = try PathIndexWriter(db)
    let entry = try PathIndexWriter.Entry(row)
    var count = 0
    var isSuitable = true
    while try isSuitable && rows.step() {
      let serial = rows.optionalInteger(1)
      count += 1
      isSuitable = try writer.add(entry, resource: rows.integer(0), serial: serial, document: rows.bytes(2))
      progress.key = serial ?? rows.integer(0)
    }
    rows.reset()
    guard isSuitable else {
      _ = try PathIndexes.giveUp(entry, db)
      return true
    }
    let state = PathIndexState(rawValue: try row.decode(forColumn: "state")) ?? .building
    let isFinished = progress.hasSerial && count < resources
    if !progress.hasSerial, count < resources { progress = .firstSerial }
    try db.execute(
      sql: "UPDATE path_index SET built = ?, state = ? WHERE id = ?",
      arguments: [progress.rawValue, (isFinished ? state.finished : state).rawValue, id])
    return true
  }
}

/// How far the building of an index has come: first the resources without a serial number, by their own number, then the others
/// by serial number.
struct BuildProgress: Hashable {
  var hasSerial: Bool
  /// What is behind this is still to do.
  var key: Int64

  static let firstSerial = BuildProgress(hasSerial: true, key: -1)

  private init(hasSerial: Bool, key: Int64) { (self.hasSerial, self.key) = (hasSerial, key) }

  /// As it stands in `path_index.built`; 0 at the beginning.
  init(rawValue: Int64) {
    self.init(hasSerial: rawValue > 0, key: rawValue > 0 ? rawValue - 2 : -rawValue)
  }

  var rawValue: Int64 { hasSerial ? key + 2 : -key }

  /// The SQL of the rows that are still to do, behind `?1`.
  var condition: String { hasSerial ? "internal_id > ?1" : "internal_id IS NULL AND id > ?1" }
}

extension Indexing {
  /// Notes how often paths were read out of documents and how long their queries took, and begins the indexes that are
  /// worth it now.
  /// - Parameter now: Unix seconds.
  package func note(_ usage: [PathUse: PathUsage], at now: Int64) throws {
    guard !usage.isEmpty else { return }
    try write { db in
      for (use, usage) in usage {
        try db.execute(
          sql: """
            INSERT INTO path_use (type, path, kind, queries, slowest_ms, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (type, path) DO UPDATE SET kind = ?3, queries = queries + ?4,
              slowest_ms = max(slowest_ms, ?5), last = ?6
            """,
          arguments: [use.type, use.path.description, use.kind.rawValue, usage.queries, usage.slowestMilliseconds, now])
      }
      try PathIndexes.plan(db, at: now)
    }
  }

  /// One bounded step of building the automatic indexes, in one transaction. False when nothing is left to do.
  /// - Parameter resources: how many resources the step reads at most.
  package func buildPathIndexes(resources: Int = 2_000) throws -> Bool {
    try write { try PathIndexes.build($0, resources: resources) }
  }
}
