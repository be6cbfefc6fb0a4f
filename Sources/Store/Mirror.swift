import Foundation
import GRDB
import GRDBSQLite

/// A mirror that cannot be opened, in words for the operator.
package struct MirrorUnusable: Error, Sendable, CustomStringConvertible {
  /// What is wrong, with the path and the way out.
  package var description: String

  /// A mirror that cannot be used, and why.
  package init(description: String) { self.description = description }
}

/// One mirror file: the copy of a community with its ledger, its queue and its token issuer, in one SQLite database
/// that several processes may open.
package final class Mirror: Sendable {
  /// Everything that is not on a hot path goes through this.
  let pool: DatabasePool
  /// Where the file is.
  package let path: String
  /// The file under this path, and whether it is still the same.
  package let file: MirrorFile

  /// What a mirror is opened for.
  package enum Purpose: Sendable {
    /// To write it; made where there is none.
    case making
    /// To write it.
    case writing
    /// To serve it: for reading alone where it may not be written.
    case serving
    /// To look at it.
    case looking
  }

  /// Opens the mirror, makes it where that is wanted and it is not there, and brings its schema up to date.
  /// - Parameter mayWrite: whether this user may write it; nil finds it out.
  /// - Throws: `MirrorUnusable` when the folder or file cannot be written or the file is no mirror; `MirrorFault`
  ///   when it is locked for long, or damaged.
  package init(path: String, for purpose: Purpose = .making, mayWrite: Bool? = nil) throws {
    self.path = path
    do {
      let isCurrent = try Mirror.find(path, for: purpose)
      let mayWrite = mayWrite ?? MirrorOpening.mayWrite(path)
      if purpose == .looking && (isCurrent || !mayWrite) || purpose == .serving && !mayWrite {
        guard isCurrent else {
          throw MirrorUnusable(
            description:
              "the mirror \(path) was made by an older social-mirror and has to be written once to be read by this one; "
              + "copy it to a folder of your own, with its -wal")
        }
        file = MirrorFile(path: path, access: try MirrorOpening.readingAccess(path, mayWrite: mayWrite))
      } else {
        guard mayWrite else { throw MirrorUnusable(description: MirrorFault.readOnly(path).description) }
        file = MirrorFile(path: path, access: .writing)
      }
      pool = try Mirror.open(file)
      try file.settle()
    } catch let error as MirrorUnusable {
      throw error
    } catch {
      let described = MirrorOpening.described(error, path: path)
      if let fault = described as? MirrorFault { throw fault }
      throw MirrorUnusable(description: Mirror.explain(error, path: path))
    }
  }

  /// - Returns: whether the schema of what is there is that of this program.
  private static func find(_ path: String, for purpose: Purpose) throws -> Bool {
    switch try MirrorOpening.look(at: path) {
    case .mirror(let isCurrent): return isCurrent
    case .nothing:
      guard purpose == .making else {
        throw MirrorUnusable(
          description: "there is no mirror at \(path) yet; social-mirror sync makes it, "
            + "and if there should be one, check mirror.path")
      }
      let folder = (path as NSString).deletingLastPathComponent
      if !folder.isEmpty { try makeFolder(folder) }
      try MirrorOpening.make(at: path, configuration(for: nil))
      return true
    }
  }

  private static func open(_ file: MirrorFile) throws -> DatabasePool {
    let end = ContinuousClock.now + WritePatience.usual
    while true {
      do {
        let pool = try DatabasePool(path: file.name, configuration: configuration(for: file))
        if file.access == .writing { try Schema.migrator.migrate(pool) }
        return pool
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        guard ContinuousClock.now < WritePatience.end ?? end else { throw error }
        usleep(10_000)
      }
    }
  }

  /// Whether it is open for reading alone.
  package var isReadOnly: Bool { file.access != .writing }

  /// - Parameter file: the one that every connection has to find; nil for one that is being made.
  private static func configuration(for file: MirrorFile?) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = file.map { $0.access != .writing } ?? false
    // Whoever waited in SQLite would hold up all other writers of this process; `writing` waits with nothing held.
    configuration.busyMode = .immediateError
    configuration.maximumReaderCount = 4
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try file?.checkNow()
      if db.configuration.readonly { sqlite3_busy_timeout(db.sqliteConnection, 500) }
      // The index over random UUIDs is touched everywhere by every page: what of it is not in the writer's cache is
      // read again.
      let cacheKilobytes = db.configuration.readonly ? 8_000 : 40_000
      try db.execute(
        sql: """
          PRAGMA synchronous = NORMAL;
          PRAGMA cache_size = -\(cacheKilobytes);
          PRAGMA wal_autocheckpoint = 4000;
          PRAGMA journal_size_limit = 67108864;
          PRAGMA secure_delete = ON;
          """)
    }
    return configuration
  }

  private static func makeFolder(_ folder: String) throws {
    if FileManager.default.fileExists(atPath: folder) { return }
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
  }

  private static func explain(_ error: any Error, path: String) -> String {
    let way = "check mirror.path, its folder's owner and permissions, and free space"
    switch error {
    case let error as DatabaseError:
      return "the mirror \(path) cannot be opened: \(error.message ?? "\(error)"); \(way)"
    case let error as POSIXError:
      return "the mirror \(path) cannot be opened or made: \(String(cString: strerror(error.code.rawValue))); \(way)"
    default: return "the mirror \(path) cannot be opened: \(error.localizedDescription); \(way)"
    }
  }

  /// Writes what stands in the write-ahead log into the file, unless another program is reading, and closes it.
  /// - Throws: `MirrorFault` when the file is not under its path any more: what was written since is nowhere.
  package func close() throws {
    let moved = Result { try file.checkNow() }
    if case .success = moved, !isReadOnly {
      do {
        try emptyLog()
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        // The log stays beside the file, complete; whoever opens it next reads on from there.
      }
    }
    // The last connection removes the log: that has to be one that may write.
    file.release()
    try pool.close()
    try moved.get()
  }

  /// Folds the write-ahead log into the file and cuts it off. Readers may be in the way for a moment.
  /// - Throws: `DatabaseError` of SQLITE_BUSY when they are for long.
  func emptyLog() throws {
    try pool.writeWithoutTransaction { db in
      // Closed already: SQLite would not survive to be told.
      guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
      sqlite3_busy_timeout(connection, 1_000)
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
  func durableWrite<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try writing { begun in
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        defer { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
        return try Mirror.transaction(db, &begun, body)
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

  /// Lets a write wait for another program's lock as long as `WritePatience` says, between attempts with nothing
  /// held. What it has written counts only where the file is still the one under the path.
  /// - Parameter attempt: sets its argument when the lock is there.
  private func writing<Value>(_ attempt: (inout Bool) throws -> Value) throws -> Value {
    guard !isReadOnly else { throw MirrorFault.readOnly(path) }
    try file.checkNow()
    let end = WritePatience.end ?? ContinuousClock.now + WritePatience.usual
    while true {
      var begun = false
      do {
        let value = try attempt(&begun)
        try file.checkNow()
        return value
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && !begun {
        guard ContinuousClock.now < end else { throw MirrorFault.busy(path) }
        usleep(10_000)
      } catch {
        throw MirrorOpening.described(error, path: path)
      }
    }
  }
}
