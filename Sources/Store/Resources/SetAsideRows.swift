import GRDB
import JSONAPI

/// The rows of what is set aside.
enum SetAsideRows {
  /// So many of one kind and type are named; a site where everything is odd must not fill the file.
  static let most = 500

  static let table = """
    CREATE TABLE set_aside (
      kind TEXT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL, advice TEXT NOT NULL,
      since INTEGER NOT NULL, last_seen INTEGER NOT NULL, PRIMARY KEY (kind, type, subject)) STRICT, WITHOUT ROWID;
    """

  /// Notes what is set aside, with what else a transaction does. What is noted already keeps its `since`.
  static func note(_ things: [SetAside], _ db: Database) throws {
    for thing in things {
      try db.run(
        sql: """
          INSERT INTO set_aside (kind, type, subject, reason, advice, since, last_seen)
          SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6
          WHERE (SELECT count(*) FROM set_aside WHERE kind = ?1 AND type = ?2) < \(most)
            OR EXISTS (SELECT 1 FROM set_aside WHERE kind = ?1 AND type = ?2 AND subject = ?3)
          ON CONFLICT (kind, type, subject) DO UPDATE SET reason = ?4, advice = ?5, last_seen = ?6, is_unseen = 0
          """,
        arguments: [
          thing.kind.rawValue, thing.type, thing.subject, thing.reason, thing.advice, thing.lastSeen,
        ])
    }
  }

  static func thing(_ row: Row) throws -> SetAside? {
    guard let kind = SetAside.Kind(rawValue: try row.decode(forColumn: "kind")) else { return nil }
    var thing = SetAside(
      kind, type: try row.decode(forColumn: "type"), subject: try row.decode(forColumn: "subject"),
      reason: try row.decode(forColumn: "reason"), advice: try row.decode(forColumn: "advice"),
      at: try row.decode(forColumn: "last_seen"))
    thing.since = try row.decode(forColumn: "since")
    return thing
  }
}

extension Pulling {
  /// Notes what is set aside; at most 500 of a kind and type are kept. What is noted already keeps its `since`.
  package func setAside(_ things: [SetAside]) throws {
    guard !things.isEmpty else { return }
    try write { try SetAsideRows.note(things, $0) }
  }

  /// What was set aside is in order again.
  /// - Parameters:
  ///   - type: the resource type; empty for what belongs to none.
  ///   - subject: nil for all of that kind and type.
  ///   - time: only what was last seen before this, Unix seconds; nil for all.
  package func takeBack(
    _ kind: SetAside.Kind, of type: String = "", subject: String? = nil, lastSeenBefore time: Int64? = nil
  ) throws {
    let isThere = try read { db in
      try Int.cachedOne(
        db, sql: "SELECT 1 FROM set_aside WHERE kind = ?1 AND type = ?2 LIMIT 1", arguments: [kind.rawValue, type])
        != nil
    }
    // Nearly always nothing is: a round then costs no write.
    guard isThere else { return }
    try write { db in
      try db.run(
        sql: """
          DELETE FROM set_aside WHERE kind = ?1 AND type = ?2 AND (?3 IS NULL OR subject = ?3)
            AND (?4 IS NULL OR last_seen < ?4)
          """, arguments: [kind.rawValue, type, subject, time])
    }
  }
}

extension Reading {
  /// Everything that is set aside, by kind, type and subject.
  package func setAside() throws -> [SetAside] {
    try read { db in
      try Row.cachedAll(db, sql: "SELECT * FROM set_aside ORDER BY kind, type, subject").compactMap(SetAsideRows.thing)
    }
  }

  /// The subjects of rows that are set aside, by type.
  package func setAsideRows() throws -> [String: Set<String>] {
    try read { db in
      var rows: [String: Set<String>] = [:]
      for row in try Row.cachedAll(db, sql: "SELECT type, subject FROM set_aside WHERE kind = 'row'") {
        rows[try row.decode(atIndex: 0), default: []].insert(try row.decode(atIndex: 1))
      }
      return rows
    }
  }
}

extension Schema {
  static let setAside = SetAsideRows.table
  static let rowsSeenAgain = RowsSetAside.migration
}
