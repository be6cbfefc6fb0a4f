import GRDB

/// Which state of which mirror a snapshot shows. Times are Unix seconds.
package struct ReportSnapshotState: Sendable {
  /// How far one type is known.
  package struct TypeState: Sendable, Hashable {
    /// Its name, such as `node--topic`.
    package var type: String
    /// The site's time up to which it is known; nil where it never was read to its end.
    package var knownUntil: Int64?
    /// When its last sweep ended, the site's time: what was deleted or hidden before that is gone; nil before the first.
    package var lastSweep: Int64?
  }

  /// The site whose copy the mirror is; nil before the first round.
  package var site: String?
  /// A number that the mirror got when it was made, and that no other is likely to have.
  package var mirror: Int64
  /// The number of its last change.
  package var sequence: Int64
  /// The number of its schema.
  package var schema: Int
  /// The last round that came as far as to read something; nil before the first.
  package var round: MirrorStatus.Run?
  /// The types whose views there are, by name.
  package var types: [TypeState]
  /// Local changes that the site does not have yet, of whatever type.
  package var pending: Int64

  /// The site's time up to which all of these types are known; nil where one was never read to its end, and where there is none.
  package func knownUntil(of names: Set<String>) -> Int64? {
    var least: Int64?
    for type in types where names.contains(type.type) {
      guard let known = type.knownUntil else { return nil }
      least = min(least ?? known, known)
    }
    return least
  }

  init(_ db: Database, ofTypes names: Set<String>) throws {
    site = try MirrorFact.siteBaseURL.value(db)
    mirror = try Int64.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    sequence = try Int64.fetchOne(db, sql: "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'sequence'") ?? 0
    schema = Schema.migrator.migrations.last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
    round = try ReportSnapshotState.lastRound(db)
    pending = try Int64.fetchOne(db, sql: "SELECT count(*) FROM outbox WHERE \(OutboxSchema.isUnsettled)") ?? 0
    types = try Row.fetchAll(
      db,
      sql: """
        SELECT t.name, nullif(c.known_until, 0), s.finished FROM resource_type t
        LEFT JOIN cursor c ON c.type = t.id LEFT JOIN sweep s ON s.type = t.id ORDER BY t.name
        """
    ).map { row in
      try TypeState(
        type: row.decode(atIndex: 0), knownUntil: row.decode(Int64?.self, atIndex: 1),
        lastSweep: row.decode(Int64?.self, atIndex: 2))
    }.filter { names.contains($0.type) }
  }

  static func lastRound(_ db: Database) throws -> MirrorStatus.Run? {
    try Row.cachedOne(
      db, sql: "SELECT * FROM run WHERE kind <> ? ORDER BY id DESC LIMIT 1", arguments: [Ledger.attempt]
    ).map(Reporting.run)
  }
}
