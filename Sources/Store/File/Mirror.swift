import Foundation
import GRDB
import GRDBSQLite

/// What a mirror is opened for.
package enum MirrorPurpose: Sendable {
  /// To write it; made where there is none.
  case making
  /// To write it.
  case writing
  /// To serve it: for reading alone where it may not be written.
  case serving
  /// To look at it.
  case looking
}

/// One mirror file: the copy of a community with its ledger, its queue and its token issuer, in one SQLite database
/// that several processes may open. It is opened and closed, and hands out rooms (`MirrorRooms.swift`): what can be done with it
/// is in them, and who holds one of them can do no more than that.
package final class Mirror: Sendable {
  /// What all its rooms stand on.
  let database: MirrorDatabase
  /// Where the file is.
  package var path: String { database.path }
  /// The file under this path, and whether it is still the same.
  package var file: MirrorFile { database.file }

  /// Opens the mirror, makes it where that is wanted and it is not there, and brings its schema up to date.
  /// - Parameter mayWrite: whether this user may write it; nil finds it out.
  /// - Throws: `MirrorUnusable` when the folder or file cannot be written or the file is no mirror; `MirrorFault`
  ///   when it is locked for long, or damaged.
  package init(path: String, for purpose: MirrorPurpose = .making, mayWrite: Bool? = nil) throws {
    do {
      let isCurrent = try Mirror.find(path, for: purpose)
      let mayWrite = mayWrite ?? MirrorOpening.mayWrite(path)
      let file: MirrorFile
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
      database = MirrorDatabase(pool: try Mirror.open(file), file: file)
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
  private static func find(_ path: String, for purpose: MirrorPurpose) throws -> Bool {
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
        if file.access == .writing { try Schema.migrate(pool) }
        return pool
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        guard ContinuousClock.now < WritePatience.end ?? end else { throw error }
        usleep(10_000)
      }
    }
  }

  /// The index over the targets of relationships is touched everywhere by every page: what of it is not in the writer's cache is read
  /// again. With 40 MB a first pull wrote as much as with this, and had more memory.
  static let writerCacheKilobytes = 26_000
  /// For whoever goes through pages once.
  static let smallCacheKilobytes = 8_000

  /// - Parameter file: the one that every connection has to find; nil for one that is being made.
  private static func configuration(for file: MirrorFile?) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = file.map { $0.access != .writing } ?? false
    // Whoever waited in SQLite would hold up all other writers of this process; `MirrorDatabase.writing` waits with nothing held.
    configuration.busyMode = .immediateError
    configuration.maximumReaderCount = 4
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try file?.checkNow()
      if db.configuration.readonly { sqlite3_busy_timeout(db.sqliteConnection, 500) }
      let cacheKilobytes = db.configuration.readonly ? smallCacheKilobytes : writerCacheKilobytes
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
    if case .success = moved, !file.isReadOnly {
      do {
        try database.emptyLog()
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        // The log stays beside the file, complete; whoever opens it next reads on from there.
      }
    }
    // The last connection removes the log: that has to be one that may write.
    file.release()
    try database.pool.close()
    try moved.get()
  }
}
