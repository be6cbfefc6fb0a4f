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

/// One mirror file: the copy of a community with its ledger, its queue and its token issuer, in one SQLite database that
/// several processes may open.
package final class Mirror: Sendable {
  /// Everything that is not on a hot path goes through this.
  let pool: DatabasePool
  /// Where the file is.
  package let path: String

  /// Opens the mirror, makes it when it is not there, and brings its schema up to date.
  /// - Throws: `MirrorUnusable` when the folder or file cannot be written or the file is no mirror.
  package init(path: String) throws {
    self.path = path
    let folder = (path as NSString).deletingLastPathComponent
    do {
      if !folder.isEmpty { try Mirror.makeFolder(folder) }
      try Mirror.makeFile(path)
      pool = try DatabasePool(path: path, configuration: Mirror.configuration)
      let known = Schema.migrator
      if try pool.read({ try known.hasBeenSuperseded($0) }) {
        throw MirrorUnusable(
          description:
            "the mirror \(path) was made by a newer social-mirror; install that one, or give another mirror.path")
      }
      try known.migrate(pool)
    } catch let error as MirrorUnusable {
      throw error
    } catch {
      throw MirrorUnusable(description: Mirror.explain(error, path: path))
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(15)
    configuration.maximumReaderCount = 4
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      // The index over random UUIDs is touched everywhere by every page: what of it is not in the writer's cache is read again.
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

  /// Makes an empty file that only its owner and group may read, with the page size that suits documents of a few KB.
  private static func makeFile(_ path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else { return }
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    _ = Foundation.close(descriptor)
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA page_size = 16384; VACUUM;") }
    try queue.close()
  }

  private static func explain(_ error: any Error, path: String) -> String {
    let way = "check mirror.path, its folder's owner and permissions, and free space"
    switch error {
    case let error as DatabaseError where error.resultCode == .SQLITE_NOTADB:
      return "\(path) is not a mirror: it is no SQLite database; give another mirror.path"
    case let error as DatabaseError:
      return "the mirror \(path) cannot be opened: \(error.message ?? "\(error)"); \(way)"
    case let error as POSIXError:
      return "the mirror \(path) cannot be made: \(String(cString: strerror(error.code.rawValue))); \(way)"
    default: return "the mirror \(path) cannot be opened: \(error.localizedDescription); \(way)"
    }
  }

  /// Writes what stands in the write-ahead log into the file, unless another program is reading, and closes it.
  package func close() throws {
    do {
      try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      // The log stays beside the file, complete; whoever opens it next reads on from there.
    }
    try pool.close()
  }

  /// Reads with the connection of one reader, in one snapshot.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try pool.read(body) }

  /// Writes in one transaction.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value { try pool.write(body) }

  /// Writes in one transaction that is on disk for good when this returns, and all before it.
  func durableWrite<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA synchronous = FULL")
      defer { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
      var value: Value?
      try db.inTransaction {
        value = try body(db)
        return .commit
      }
      guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
      return value
    }
  }
}
