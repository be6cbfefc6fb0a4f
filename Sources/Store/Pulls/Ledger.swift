import GRDB
import JSONAPI

/// What is known of a resource type apart from its resources.
package struct MirroredType: Sendable, Hashable {
  /// The number that stands for the name in the mirror.
  package var id: Int64
  /// What its resources call their type, such as `node--topic`.
  package var name: String
  /// The machine name of its entity type, such as `node`.
  package var entityType: String
  /// The collection's path as the entry point links it, such as `/jsonapi/node/topic`; nil while only references named it.
  package var path: String?
  /// The attribute with the serial number; nil until a resource was seen.
  package var idAttribute: String?
  /// How far it has been read; nil where it is still to be read from the beginning.
  package var cursor: Cursor?
  /// What the last probe of its filters found out; nil before the first.
  package var probe: FilterProbe?
  /// How far its sweep has come; nil before the first.
  package var sweep: SweepState?
}

/// How a run or a type's part in it ended.
package enum RunOutcome: String, Sendable {
  case complete, failed, interrupted
}

/// Cursors, runs and coverage.
enum Ledger {
  /// The kind of what ended before a run was begun.
  static let attempt = "attempt"
  /// So many of them between two runs.
  static let mostAttempts = 5

  static func closeOpenRuns(at now: Int64, _ db: Database) throws {
    try db.run(
      sql: "UPDATE run SET outcome = 'interrupted', finished = ? WHERE finished IS NULL", arguments: [now])
  }

  static func save(_ cursor: Cursor, type: Int64, _ db: Database) throws {
    try db.run(
      sql: """
        INSERT INTO cursor (type, changed, internal_id, known_until, newest, newest_at, pass_begun, pass_after)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (type) DO UPDATE SET changed = ?2, internal_id = ?3, known_until = ?4, newest = ?5, newest_at = ?6,
          pass_begun = ?7, pass_after = ?8
        """,
      arguments: [
        type, cursor.changed, cursor.internalID, cursor.knownUntil, cursor.newest, cursor.newestAt, cursor.pass?.begun,
        cursor.pass?.after,
      ])
  }

  /// The cursor in columns `changed` to `pass_after` from `first` on; nil where the type has none.
  static func cursor(_ row: Row, from first: Int) throws -> Cursor? {
    guard let changed = try row.decode(Int64?.self, atIndex: first) else { return nil }
    var cursor = Cursor(
      changed: changed, internalID: try row.decode(atIndex: first + 1), knownUntil: try row.decode(atIndex: first + 2))
    cursor.newest = try row.decode(atIndex: first + 3)
    cursor.newestAt = try row.decode(atIndex: first + 4)
    cursor.pass = try row.decode(Int64?.self, atIndex: first + 5).map {
      Cursor.Pass(begun: $0, after: try row.decode(Int64?.self, atIndex: first + 6))
    }
    return cursor
  }
}

extension Reading {
  /// All resource types that have a path, by name.
  package func types() throws -> [MirroredType] {
    try read { db in
      try Row.cachedAll(
        db,
        sql: """
          SELECT t.id, t.name, t.entity_type, t.path, t.id_attribute, c.changed, c.internal_id, c.known_until,
            c.newest, c.newest_at, c.pass_begun, c.pass_after, p.filters, p.account, p.at,
            s.started, s.sequence, s.last_id, s.position, s.is_listed, s.finished, s.held, s.marks
          FROM resource_type t LEFT JOIN cursor c ON c.type = t.id LEFT JOIN probe p ON p.type = t.id
          LEFT JOIN sweep s ON s.type = t.id WHERE t.path IS NOT NULL ORDER BY t.name
          """
      ).map { row in
        let filters: String? = try row.decode(atIndex: 12)
        return try MirroredType(
          id: row.decode(atIndex: 0), name: row.decode(atIndex: 1), entityType: row.decode(atIndex: 2),
          path: row.decode(atIndex: 3), idAttribute: row.decode(atIndex: 4), cursor: Ledger.cursor(row, from: 5),
          probe: filters.flatMap { FilterProbe.Outcome(rawValue: $0) }.map {
            try FilterProbe($0, account: row.decode(atIndex: 13), at: row.decode(atIndex: 14))
          },
          sweep: SweepRows.state(row, from: 15))
      }
    }
  }
}

extension Discovery {
  /// Notes the paths that the entry point links, by the names of types that tell where they belong.
  package func discovered(_ paths: [String: String]) throws {
    try discovered(
      paths.map { DiscoveredType(name: $0.key, link: $0.key, path: $0.value, home: .init(of: $0.key), source: .name) })
  }
}

extension Pulling {
  /// Stores a type's cursor without a page.
  package func save(_ cursor: Cursor, of type: String) throws {
    try write { db in try Ledger.save(cursor, type: Names(db).type(type), db) }
  }

  /// Forgets every cursor, so that the next pull reads everything again.
  package func forgetCursors(of types: [String]) throws {
    try write { db in
      for type in types {
        try db.run(
          sql: "DELETE FROM cursor WHERE type = (SELECT id FROM resource_type WHERE name = ?)", arguments: [type])
      }
    }
  }

  /// Opens a run in the ledger; runs that a crash left open are closed as interrupted. Gives its number. The last 200 stay, with
  /// what was attempted between them.
  package func beginRun(_ kind: String, at now: Int64) throws -> Int64 {
    try write { db in
      try Ledger.closeOpenRuns(at: now, db)
      try db.run(sql: "INSERT INTO run (kind, started) VALUES (?, ?)", arguments: [kind, now])
      let run = db.lastInsertedRowID
      let last = try Int64.cachedOne(
        db, sql: "SELECT id FROM run WHERE kind <> ? ORDER BY id DESC LIMIT 1 OFFSET 200", arguments: [Ledger.attempt])
      if let last {
        try db.run(sql: "DELETE FROM coverage WHERE run <= ?", arguments: [last])
        try db.run(sql: "DELETE FROM run WHERE id <= ?", arguments: [last])
      }
      return run
    }
  }

  /// Notes a round that ended before its run was begun: nothing was read. One that ends as the last did makes no row of its own,
  /// and however they end there are only a few between two runs: a site that is away for days pushes out no run.
  /// - Parameters:
  ///   - message: for the operator; holds no secret.
  ///   - started: Unix seconds, as is `now`.
  package func noteAttempt(_ outcome: RunOutcome, message: String, started: Int64, at now: Int64) throws {
    try write { db in
      try Ledger.closeOpenRuns(at: now, db)
      let since = try Row.cachedAll(
        db,
        sql: """
          SELECT id, outcome, message FROM run
          WHERE id > coalesce((SELECT max(id) FROM run WHERE kind <> ?1), 0) ORDER BY id DESC
          """, arguments: [Ledger.attempt])
      if let last = since.first {
        let id: Int64 = try last.decode(atIndex: 0)
        let (itsOutcome, itsMessage) = try (
          last.decode(String?.self, atIndex: 1), last.decode(String?.self, atIndex: 2)
        )
        if itsOutcome == outcome.rawValue, itsMessage == message {
          return try db.run(sql: "UPDATE run SET finished = ? WHERE id = ?", arguments: [now, id])
        }
        if since.count >= Ledger.mostAttempts {
          return try db.run(
            sql: "UPDATE run SET started = ?, finished = ?, outcome = ?, message = ? WHERE id = ?",
            arguments: [started, now, outcome.rawValue, message, id])
        }
      }
      try db.run(
        sql: "INSERT INTO run (kind, started, finished, outcome, message) VALUES (?, ?, ?, ?, ?)",
        arguments: [Ledger.attempt, started, now, outcome.rawValue, message])
    }
  }

  /// Closes a run and every type's part in it.
  /// - Parameters:
  ///   - parts: per type how many requests it cost and how it ended.
  ///   - message: for the operator; holds no secret.
  ///   - now: Unix seconds.
  package func endRun(
    _ run: Int64, _ outcome: RunOutcome, parts: [(type: String, requests: Int, outcome: RunOutcome)], message: String?,
    at now: Int64
  ) throws {
    try write { db in
      let names = try Names(db)
      for part in parts {
        try db.run(
          sql: """
            INSERT INTO coverage (run, type, requests, outcome) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (run, type) DO UPDATE SET requests = ?3, outcome = ?4
            """, arguments: [run, names.type(part.type), part.requests, part.outcome.rawValue])
      }
      try db.run(
        sql: "UPDATE run SET finished = ?, outcome = ?, message = ? WHERE id = ?",
        arguments: [now, outcome.rawValue, message, run])
    }
  }
}
