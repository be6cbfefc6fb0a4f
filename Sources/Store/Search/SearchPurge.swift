import GRDB
import GRDBSQLite

/// What the text index still holds of words that were taken out of it, and when that is to be overwritten.
///
/// FTS5 notes a deletion beside the words, which go when its segments are merged. Where it can take them out at once
/// (`Schema.deletesInPlace`), nothing is owed. Else a pass merges all segments into one, in steps: it writes the whole index anew, so
/// the next one waits by how long the last one took (2 s of a processor for a million resources).
package struct SearchPurge: Sendable, Hashable {
  /// Resources that have left since the last pass began.
  var removals: Int64 = 0
  /// Texts that were changed since then.
  var edits: Int64 = 0
  /// Whether a pass is under way.
  var isUnderWay = false
  /// When the last pass ended, Unix seconds; 0 before the first.
  var passed: Int64 = 0
  /// How long it was at work, milliseconds.
  var lastMilliseconds: Int64 = 0

  /// What has left goes within fifty times what a pass takes: at once in most mirrors, minutes in one of a million
  /// resources. What was only edited waits longer, or for that.
  static let rest: Int64 = 50
  /// The same for what was only edited.
  static let longRest: Int64 = 1_000
  private static let day: Int64 = 86_400

  /// Whether there is something to do now.
  /// - Parameter now: Unix seconds.
  func isDue(at now: Int64) -> Bool {
    if isUnderWay { return true }
    // A clock that was set back must not put it off.
    let since = now < passed ? .max : max(0, now) - max(0, passed)
    func waits(_ times: Int64) -> Int64 { min(max(0, lastMilliseconds) / 1_000 * times, SearchPurge.day) }
    return removals > 0 && since >= waits(SearchPurge.rest) || edits > 0 && since >= waits(SearchPurge.longRest)
  }

  /// Whether words of what was taken out may still be in the file.
  package var isOwed: Bool { isUnderWay || removals > 0 || edits > 0 }
}

extension Searching {
  /// What is owed to what was taken out.
  package func purgeState() throws -> SearchPurge {
    try read { db in
      let row = try Row.cachedOne(
        db, sql: "SELECT removals, edits, pass_removals IS NOT NULL, passed, last_ms FROM search_state")
      guard let row else { return SearchPurge() }
      return try SearchPurge(
        removals: row.decode(atIndex: 0), edits: row.decode(atIndex: 1), isUnderWay: row.decode(atIndex: 2),
        passed: row.decode(atIndex: 3), lastMilliseconds: row.decode(atIndex: 4))
    }
  }

  /// Overwrites some more of what the index holds of words that were taken out, in one transaction; after the last step, the
  /// write-ahead log is emptied as well.
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - isForced: whether it does not wait until it is due.
  ///   - pages: how many pages of the index are merged.
  /// - Returns: whether more is left to do now.
  package func purgeStep(at now: Int64, isForced: Bool = false, pages: Int64 = 64) throws -> Bool {
    let state = try purgeState()
    guard state.isOwed, isForced || state.isDue(at: now) else { return false }
    let started = ContinuousClock.now
    let isDone = try write { db in
      let isLast = try Schema.deletesInPlace || SearchMerge.step(db, isFirst: !state.isUnderWay, pages: pages)
      try note(isLast, ContinuousClock.now - started, at: now, db)
      return isLast
    }
    guard isDone else { return true }
    try Sweeping(database: database).truncateLogIfDue()
    // What was taken out meanwhile is the next pass's.
    return isForced ? try purgeState().isOwed : false
  }

  private func note(_ isDone: Bool, _ taken: Duration, at now: Int64, _ db: Database) throws {
    let parts = taken.components
    let milliseconds = parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000
    if isDone {
      try db.run(
        sql: """
          UPDATE search_state SET removals = removals - coalesce(pass_removals, removals),
            edits = edits - coalesce(pass_edits, edits), pass_removals = NULL, pass_edits = NULL,
            last_ms = spent_ms + ?1, spent_ms = 0, passed = ?2
          """, arguments: [milliseconds, now])
      try MirrorFact.logHoldsRemoved.note("1", db)
    } else {
      try db.run(
        sql: """
          UPDATE search_state SET pass_removals = coalesce(pass_removals, removals),
            pass_edits = coalesce(pass_edits, edits), spent_ms = spent_ms + ?1
          """, arguments: [milliseconds])
    }
  }
}

/// Merges the segments of the text index into one, in steps: deletions of words and the words go.
enum SearchMerge {
  /// - Parameters:
  ///   - isFirst: whether what is there now is to be merged; else what was begun goes on.
  ///   - pages: about how many pages are written.
  /// - Returns: whether it is done.
  static func step(_ db: Database, isFirst: Bool, pages: Int64) throws -> Bool {
    guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
    let before = sqlite3_total_changes(connection)
    // FTS5 says by the number of changes that nothing was left to merge.
    try db.run(
      sql: "INSERT INTO search_index (search_index, rank) VALUES ('merge', ?)", arguments: [isFirst ? -pages : pages])
    return sqlite3_total_changes(connection) - before < 2
  }
}
