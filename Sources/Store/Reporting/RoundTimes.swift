import GRDB
import JSONAPI

/// When rounds went well, for whoever asks often: no resource is counted. Times are Unix seconds of this machine's clock.
package struct RoundTimes: Sendable, Hashable {
  /// When the newest good round ended: one in which at least one type was read to its end. Nil before the first. A single type that
  /// cannot be read does not make a round a bad one: it is named where types are reported.
  package var lastGood: Int64?
  /// When the newest round ended in which every type was; nil before the first.
  package var lastComplete: Int64?
  /// Since when no round got as far as to read anything; nil where the last one did.
  package var unreadSince: Int64?
  /// Why the last round did not come to its end; nil where it did, or runs. Holds no secret.
  package var message: String?

  /// Seconds since the newest good round ended; nil where there was none.
  package func age(at now: Int64) -> Int64? { lastGood.map { max(0, now.subtractingClamped($0)) } }
}

extension Reporting {
  /// Reads them. The ledger has a few hundred rounds at most.
  /// - Throws: a fault of the mirror.
  package func roundTimes() throws -> RoundTimes {
    try read { db in
      RoundTimes(
        lastGood: try Int64.cachedOne(
          db,
          sql: """
            SELECT max(finished) FROM run WHERE outcome = 'complete' OR outcome = 'failed'
              AND EXISTS (SELECT 1 FROM coverage v WHERE v.run = run.id AND v.outcome = 'complete')
            """),
        lastComplete: try Int64.cachedOne(db, sql: "SELECT max(finished) FROM run WHERE outcome = 'complete'"),
        unreadSince: try Int64.cachedOne(
          db,
          sql: """
            SELECT min(started) FROM run
            WHERE outcome = 'failed' AND id > coalesce((SELECT max(id) FROM run WHERE kind <> ?), 0)
            """, arguments: [Ledger.attempt]),
        message: try String.cachedOne(
          db,
          sql:
            "SELECT message FROM run WHERE finished IS NOT NULL AND outcome <> 'complete' AND id = (SELECT max(id) FROM run)"
        ))
    }
  }
}
