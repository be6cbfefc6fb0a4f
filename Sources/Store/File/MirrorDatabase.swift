import Foundation
import GRDB
import GRDBSQLite

/// The database of a mirror, open: how this process reads and writes it, whatever for.
final class MirrorDatabase: Sendable {
  /// Everything that is not on a hot path goes through this.
  let pool: DatabasePool
  /// The file that it is, and whether it is still the same.
  let file: MirrorFile
  /// Wakes those who wait for this process to write.
  let commits = CommitSignal()
  /// What a transaction that wrote resources hands on to the next.
  let handedOn = HandedOn()
  /// Where the file is.
  var path: String { file.path }

  init(pool: DatabasePool, file: MirrorFile) {
    self.pool = pool
    self.file = file
  }

  /// Folds the write-ahead log into the file and cuts it off. Readers may be in the way for a moment.
  /// - Parameter patience: how long they are waited for, in milliseconds; nobody writes meanwhile.
  /// - Throws: `DatabaseError` of SQLITE_BUSY when they are for long.
  func emptyLog(patience: Int32 = 1_000) throws {
    try pool.writeWithoutTransaction { db in
      // Closed already: SQLite would not survive to be told.
      guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
      sqlite3_busy_timeout(connection, patience)
      defer { sqlite3_busy_timeout(connection, 0) }
      _ = try db.checkpoint(.truncate)
    }
  }

  /// Reads with the connection of one reader, in one snapshot.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try file.check()
    do { return try pool.read(body) } catch { throw MirrorOpening.described(error, path: path) }
  }

  /// Writes in one transaction.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try writing { begun in
      try pool.write { db in
        begun = true
        return try body(db)
      }
    }
  }

  /// Writes in one transaction that is on disk for good when this returns, and all before it.
  /// - Parameter waits: is asked each time that the lock was not to be had, and says whether to try again; nil to wait as long as
  ///   `WritePatience` says.
  func durableWrite<Value>(
    waiting waits: ((MirrorFault) -> Bool)? = nil, _ body: (Database) throws -> Value
  ) throws -> Value {
    try writing(waiting: waits) { begun in
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        defer { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
        return try MirrorDatabase.transaction(db, &begun, body)
      }
    }
  }

  private static func transaction<Value>(
    _ db: Database, _ begun: inout Bool, _ body: (Database) throws -> Value
  ) throws -> Value {
    var value: Value?
    try db.inTransaction {
      begun = true
      value = try body(db)
      return .commit
    }
    guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
    return value
  }

  /// Lets a write wait for another program's lock as long as `WritePatience` says, or `waits`, between attempts with nothing
  /// held. What it has written counts only where the file is still the one under the path.
  /// - Parameter attempt: sets its argument when the lock is there.
  private func writing<Value>(
    waiting waits: ((MirrorFault) -> Bool)? = nil, _ attempt: (inout Bool) throws -> Value
  ) throws -> Value {
    guard !file.isReadOnly else { throw MirrorFault.readOnly(path) }
    try file.checkNow()
    let end = WritePatience.end ?? ContinuousClock.now + WritePatience.usual
    while true {
      var begun = false
      do {
        let value = try attempt(&begun)
        try file.checkNow()
        commits.wake()
        return value
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && !begun {
        let fault = MirrorFault.busy(path)
        guard waits?(fault) ?? (ContinuousClock.now < end) else { throw fault }
        usleep(10_000)
      } catch {
        throw MirrorOpening.described(error, path: path)
      }
    }
  }
}
