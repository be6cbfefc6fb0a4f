import GRDB
import JSONAPI

/// How a mirror has been lately, out of what it keeps anyway: the ledger of rounds, and the notes of changes. Times are Unix seconds of
/// this machine's clock.
package struct MirrorHistory: Sendable, Hashable {
  /// A good round (`RoundTimes.lastGood`): what it read is as current as its beginning.
  package struct Round: Sendable, Hashable {
    /// When it began.
    package var started: Int64
    /// When it ended.
    package var finished: Int64

    /// A round.
    package init(started: Int64, finished: Int64) {
      self.started = started
      self.finished = finished
    }
  }

  /// What is noted of one hour. Each resource has its newest note alone, so what changed several times counts once, in the hour of its
  /// last change.
  package struct Hour: Sendable, Hashable {
    /// When it begins; a multiple of 3,600.
    package var start: Int64
    /// Resources that were made or changed.
    package var changed: Int64
    /// Resources that left.
    package var removed: Int64

    /// An hour.
    package init(start: Int64, changed: Int64, removed: Int64) {
      self.start = start
      self.changed = changed
      self.removed = removed
    }
  }

  /// The good rounds of the ledger in the order in which they ended. It keeps the last few hundred.
  package var rounds: [Round]
  /// Hours in their order, the one that is not over at the end.
  package var hours: [Hour]

  /// A history.
  package init(rounds: [Round], hours: [Hour]) {
    self.rounds = rounds
    self.hours = hours
  }
}

extension Reporting {
  /// Reads the history of the last hours. Changes are counted within an index; no row is read for it but a few by which the hours'
  /// first ones are found.
  /// - Parameters:
  ///   - count: how many hours, at least 1.
  ///   - now: Unix seconds of this machine.
  /// - Throws: a fault of the mirror.
  package func history(hours count: Int, at now: Int64) throws -> MirrorHistory {
    let hour: Int64 = 3_600
    let current = max(0, now) / hour * hour
    let starts = (0..<max(1, Int64(count))).reversed().map { max(0, current.subtractingClamped($0 * hour)) }
    return try read { db in
      let changed = try NotedRows.resources.counts(from: starts, db)
      let removed = try NotedRows.removed.counts(from: starts, db)
      return MirrorHistory(
        rounds: try Row.cachedAll(db, sql: Reporting.goodRounds).map { row in
          MirrorHistory.Round(started: try row.decode(atIndex: 0), finished: try row.decode(atIndex: 1))
        },
        hours: zip(starts, zip(changed, removed)).map { start, counts in
          MirrorHistory.Hour(start: start, changed: counts.0, removed: counts.1)
        })
    }
  }

  private static let goodRounds = """
    SELECT started, finished FROM run
    WHERE finished IS NOT NULL AND (outcome = 'complete' OR outcome = 'failed'
      AND EXISTS (SELECT 1 FROM coverage v WHERE v.run = run.id AND v.outcome = 'complete'))
    ORDER BY finished, id
    """
}

/// Rows that have a number of `ChangeSequence` and the time at which it was given out. Numbers grow with time, so an hour's rows are a
/// range of numbers, which is found by halving. Where the clock was set back, the hours that it ran through twice are told apart badly,
/// and nothing else.
private struct NotedRows {
  /// The greatest number.
  let last: String
  /// The number and the time of the first row from a number on.
  let first: String
  /// How many rows there are from one number up to another, which is not among them.
  let count: String

  static let resources = NotedRows(
    last: "SELECT max(sequence) FROM resource",
    first: "SELECT sequence, noted FROM resource WHERE sequence >= ? ORDER BY sequence LIMIT 1",
    count: "SELECT count(*) FROM resource WHERE sequence >= ? AND sequence < ?")

  static let removed = NotedRows(
    last: "SELECT max(sequence) FROM removed_resource",
    first: "SELECT sequence, noted FROM removed_resource WHERE sequence >= ? ORDER BY sequence LIMIT 1",
    count: "SELECT count(*) FROM removed_resource WHERE sequence >= ? AND sequence < ?")

  /// How many rows were noted from each time up to the next one; from the last one on, all.
  /// - Parameter starts: growing.
  func counts(from starts: [Int64], _ db: Database) throws -> [Int64] {
    guard let last = try Int64.cachedOne(db, sql: self.last) else { return starts.map { _ in 0 } }
    let end = min(last, ChangeNumber.greatest) + 1
    var numbers: [Int64] = []
    for start in starts { numbers.append(try number(since: start, from: numbers.last ?? 0, to: end, db)) }
    return try zip(numbers, numbers.dropFirst() + [end]).map { from, to in
      try from < to ? Int64.cachedOne(db, sql: count, arguments: [from, to]) ?? 0 : 0
    }
  }

  /// The first number that was given out at a time or later; `to` where none was.
  private func number(since time: Int64, from: Int64, to: Int64, _ db: Database) throws -> Int64 {
    var (low, high) = (from, to)
    while low < high {
      let middle = low + (high - low) / 2
      guard let row = try Row.cachedOne(db, sql: first, arguments: [middle]) else {
        high = middle
        continue
      }
      let (number, noted): (Int64, Int64?) = try (row.decode(atIndex: 0), row.decode(atIndex: 1))
      if let noted, noted >= time { high = middle } else { low = max(number, middle).addingClamped(1) }
    }
    return min(low, to)
  }
}
