import GRDB

/// The state of a mirror, for people and for machines.
package struct MirrorStatus: Sendable {
  /// The state of one resource type.
  package struct TypeStatus: Sendable {
    /// The type's name, such as `node--topic`.
    package var type: String
    /// Resources in the mirror.
    package var rows: Int64
    /// The newest `changed`, Unix seconds.
    package var newestChange: Int64?
    /// The site's time up to which the type is known, Unix seconds; nil before the first complete pull.
    package var knownUntil: Int64?
    /// The coverage of the last run that read the type.
    package var coverage: Coverage?
    /// When its last sweep ended, the site's Unix seconds; nil before the first.
    package var lastSweep: Int64?
    /// Whether a sweep of it is under way.
    package var isSweeping: Bool
    /// The serial number up to which the sweep under way has listed the type; 0 while there is none.
    package var sweptUpTo: Int64
    /// Whether that sweep is through with the listing.
    package var isListed: Bool
    /// The greatest serial number stored.
    package var highestID: Int64?
    /// Resources that it asks for by themselves.
    package var candidates: Int64
    /// Removals that wait for a person.
    package var held: Int64
    /// Its tombstones by kind.
    package var tombstones: [Tombstone.Kind: Int64]
    /// Whether filters work on it; nil before the first probe.
    package var filters: FilterProbe.Outcome?
  }

  /// What one run saw of one type.
  package struct Coverage: Sendable {
    /// The run's number.
    package var run: Int64
    /// Requests that it cost, those of its sweep among them; 0 until the run ends.
    package var requests: Int64
    /// Pages that were applied.
    package var pages: Int64
    /// Resources on these pages that could be used.
    package var seen: Int64
    /// Resources of these pages that were new or different, and so written.
    package var stored: Int64
    /// Resources that the site left out of these pages for lack of access.
    package var omitted: Int64
    /// `complete` or `failed`; nil until the run ends.
    package var outcome: String?
  }

  /// One round. Times are Unix seconds of this machine's clock. Of attempts that all ended alike before a run was begun, the first
  /// one's start and the last one's end.
  package struct Run: Sendable {
    /// Its number: grows with every run.
    package var id: Int64
    /// `pull` or `full`; `attempt` where it ended before anything was read.
    package var kind: String
    /// When it began.
    package var started: Int64
    /// When it ended; nil while it runs.
    package var finished: Int64?
    /// How it ended (`RunOutcome`); nil while it runs.
    package var outcome: String?
    /// Why it did not come to its end, for the operator; nil where it did, and where a crash ended it. Holds no secret.
    package var message: String?
  }

  /// The types that were read, or begun, by name.
  package var types: [TypeStatus]
  /// The last rounds, the newest first.
  package var runs: [Run]
  /// The last round that was complete.
  package var lastComplete: Run?
  /// Since when no round got as far as to read anything, Unix seconds of this machine's clock; nil where the last one did.
  package var unreadSince: Int64?
  /// The site whose copy this is.
  package var site: String?
  /// The size of the file in bytes, without the write-ahead log.
  package var bytes: Int64
}

extension Reporting {
  /// Reads the state, in one snapshot.
  package func status() throws -> MirrorStatus {
    try read { db in
      let types = try Row.fetchAll(db, sql: Reporting.typeStatus).map { row in
        let run: Int64? = try row.decode(forColumn: "run")
        return try MirrorStatus.TypeStatus(
          type: row.decode(forColumn: "name"), rows: row.decode(forColumn: "rows"),
          newestChange: row.decode(forColumn: "newest"), knownUntil: row.decode(forColumn: "known_until"),
          coverage: run.map {
            try MirrorStatus.Coverage(
              run: $0, requests: row.decode(forColumn: "requests"), pages: row.decode(forColumn: "pages"),
              seen: row.decode(forColumn: "seen"), stored: row.decode(forColumn: "stored"),
              omitted: row.decode(forColumn: "omitted"), outcome: row.decode(forColumn: "outcome"))
          },
          lastSweep: row.decode(forColumn: "swept"), isSweeping: row.decode(forColumn: "sweeping"),
          sweptUpTo: max(0, row.decode(forColumn: "swept_up_to")), isListed: row.decode(forColumn: "is_listed"),
          highestID: row.decode(forColumn: "highest"),
          candidates: row.decode(forColumn: "candidates"), held: row.decode(forColumn: "held"),
          tombstones: [
            .deleted: row.decode(forColumn: "deleted"), .hidden: row.decode(forColumn: "hidden"),
            .unpublished: row.decode(forColumn: "unpublished"),
          ]
          .filter { $0.value > 0 },
          filters: row.decode(String?.self, forColumn: "filters").flatMap { FilterProbe.Outcome(rawValue: $0) })
      }
      let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
      return MirrorStatus(
        types: types, runs: try Row.fetchAll(db, sql: "SELECT * FROM run ORDER BY id DESC LIMIT 10").map(Reporting.run),
        lastComplete: try Row.fetchOne(db, sql: "SELECT * FROM run WHERE outcome = 'complete' ORDER BY id DESC LIMIT 1")
          .map(Reporting.run),
        unreadSince: try Int64.fetchOne(
          db,
          sql: """
            SELECT min(started) FROM run
            WHERE outcome = 'failed' AND id > coalesce((SELECT max(id) FROM run WHERE kind <> ?), 0)
            """, arguments: [Ledger.attempt]),
        site: try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'site_base_url'"),
        bytes: pages * pageSize)
    }
  }

  static func run(_ row: Row) throws -> MirrorStatus.Run {
    try MirrorStatus.Run(
      id: row.decode(forColumn: "id"), kind: row.decode(forColumn: "kind"), started: row.decode(forColumn: "started"),
      finished: row.decode(forColumn: "finished"), outcome: row.decode(forColumn: "outcome"),
      message: row.decode(forColumn: "message"))
  }

  private static let typeStatus = """
    SELECT t.name, (SELECT count(*) FROM resource r WHERE r.type = t.id) AS rows,
      (SELECT max(changed) FROM resource r WHERE r.type = t.id) AS newest, nullif(c.known_until, 0) AS known_until,
      v.run, v.requests, v.pages, v.seen, v.stored, v.omitted, v.outcome, p.filters,
      s.finished AS swept, s.started IS NOT NULL AS sweeping, coalesce(s.held, 0) AS held,
      coalesce(s.last_id, 0) AS swept_up_to, coalesce(s.is_listed, 0) AS is_listed,
      (SELECT max(internal_id) FROM resource r WHERE r.type = t.id) AS highest,
      (SELECT count(*) FROM sweep_candidate d WHERE d.type = t.id) AS candidates,
      (SELECT count(*) FROM tombstone d WHERE d.type = t.id AND d.kind = 'deleted') AS deleted,
      (SELECT count(*) FROM tombstone d WHERE d.type = t.id AND d.kind = 'hidden') AS hidden,
      (SELECT count(*) FROM tombstone d WHERE d.type = t.id AND d.kind = 'unpublished') AS unpublished
    FROM resource_type t LEFT JOIN cursor c ON c.type = t.id
    LEFT JOIN probe p ON p.type = t.id LEFT JOIN sweep s ON s.type = t.id
    LEFT JOIN coverage v ON v.type = t.id AND v.run = (SELECT max(run) FROM coverage WHERE type = t.id)
    WHERE c.type IS NOT NULL OR v.run IS NOT NULL ORDER BY t.name
    """
}
