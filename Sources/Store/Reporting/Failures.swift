import GRDB

/// What does not come from the site, and when it is tried next. Times are Unix seconds of this machine.
package struct Failures: Sendable, Hashable {
  /// A type whose last reading or sweep failed.
  package struct FailedType: Sendable, Hashable {
    /// Its name, such as `node--topic`.
    package var type: String
    /// When that round ended; nil while it runs.
    package var ended: Int64?
    /// Why the round did not come to its end, for the operator; nil where nothing was noted. Holds no secret.
    package var message: String?
  }

  /// A file whose content does not come; what was fetched before may be here all the same.
  package struct FailingFile: Sendable, Hashable {
    /// Where clients find it; empty where that is not known.
    package var path: String
    /// How many attempts failed.
    package var attempts: Int64
    /// When it is asked for again.
    package var next: Int64
    /// Why, for the operator. Holds no secret.
    package var reason: String
  }

  /// By name.
  package var types: [FailedType]
  /// Those that are tried next first; no more than were asked for.
  package var files: [FailingFile]
}

extension Reporting {
  /// What failed lately and has not succeeded since.
  /// - Parameter most: how many files are named.
  /// - Throws: a fault of the mirror.
  package func failures(files most: Int) throws -> Failures {
    try read { db in
      let types = try Row.cachedAll(
        db,
        sql: """
          SELECT t.name, u.finished, u.message FROM resource_type t
          JOIN coverage v ON v.type = t.id AND v.run = (SELECT max(run) FROM coverage WHERE type = t.id)
          JOIN run u ON u.id = v.run WHERE v.outcome = 'failed' ORDER BY t.name
          """
      ).map { row in
        try Failures.FailedType(
          type: row.decode(atIndex: 0), ended: row.decode(atIndex: 1), message: row.decode(atIndex: 2))
      }
      let files = try Row.cachedAll(
        db,
        sql: """
          SELECT coalesce(path, ''), attempts, next_attempt, error FROM file_content WHERE error IS NOT NULL
          ORDER BY next_attempt, resource LIMIT ?
          """, arguments: [most]
      ).map { row in
        try Failures.FailingFile(
          path: row.decode(atIndex: 0), attempts: row.decode(atIndex: 1), next: row.decode(atIndex: 2),
          reason: row.decode(atIndex: 3))
      }
      return Failures(types: types, files: files)
    }
  }
}
