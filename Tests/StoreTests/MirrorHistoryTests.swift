import GRDB
import Support
import Testing

@testable import Store

/// What a mirror tells of its last hours.
@Suite struct MirrorHistoryTests {
  private static let hour: Int64 = 3_600
  private static let now = 500_000 * hour + 1_000

  /// By halving it comes to the same as by counting.
  @Test func changesAreCountedByTheirHour() throws {
    let made = try CrawledMirror.full()
    try made.mirror.database.write { db in
      // One resource each seven minutes or so up to now, and some of before that was noted.
      try db.execute(
        sql: """
          UPDATE resource SET noted = ?1 - ((SELECT max(sequence) FROM resource) - sequence) * 400;
          """, arguments: [Self.now])
      try db.execute(sql: "UPDATE resource SET noted = NULL WHERE sequence < 5")
    }
    let history = try made.mirror.reporting.history(hours: 4, at: Self.now)
    let first = 499_997 * Self.hour
    #expect(history.hours.map(\.start) == (0..<4).map { first + $0 * Self.hour })
    let counted = try made.mirror.database.read { db in
      try (0..<4).map { hour -> Int64 in
        let start = first + Int64(hour) * Self.hour
        return try Int64.fetchOne(
          db, sql: "SELECT count(*) FROM resource WHERE noted >= ? AND noted < ?",
          arguments: [start, start + Self.hour])
          ?? 0
      }
    }
    #expect(history.hours.map(\.changed) == counted && counted.allSatisfy { $0 > 0 })
    #expect(history.hours.allSatisfy { $0.removed == 0 })
  }

  @Test func anEmptyMirrorHasNoHistory() throws {
    let made = try CrawledMirror()
    let history = try made.mirror.reporting.history(hours: 24, at: Self.now)
    #expect(history.rounds.isEmpty && history.hours.count == 24)
    #expect(history.hours.allSatisfy { $0.changed == 0 && $0.removed == 0 })
    #expect(try made.mirror.reporting.history(hours: 0, at: -5).hours.map(\.start) == [0])
  }

  /// Those in which a type was read to its end, as readiness counts them.
  @Test func roundsAreTheGoodOnes() throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(CrawledMirror.paths())
    let good = try made.mirror.pulling.beginRun("pull", at: 100)
    try made.mirror.pulling.endRun(good, .complete, parts: [], message: nil, at: 110)
    _ = try made.mirror.pulling.noteAttempt(.failed, message: "away", started: 120, at: 130)
    let bad = try made.mirror.pulling.beginRun("pull", at: 140)
    try made.mirror.pulling.endRun(
      bad, .failed, parts: [(type: "node--topic", requests: 1, outcome: .failed)], message: "x", at: 150)
    let partly = try made.mirror.pulling.beginRun("pull", at: 160)
    try made.mirror.pulling.endRun(
      partly, .failed, parts: [(type: "node--topic", requests: 1, outcome: .complete)], message: "x", at: 170)
    _ = try made.mirror.pulling.beginRun("pull", at: 180)
    #expect(
      try made.mirror.reporting.history(hours: 1, at: 200).rounds
        == [.init(started: 100, finished: 110), .init(started: 160, finished: 170)])
  }
}
