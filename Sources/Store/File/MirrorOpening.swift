import DurableFiles
import Foundation
import GRDB
import GRDBSQLite

/// Finds out what lies under a path before anything is written there, and makes a mirror where nothing does.
enum MirrorOpening {
  /// What SQLite notes in the file of every mirror (`PRAGMA application_id`): "smir".
  static let applicationID: Int64 = 0x736D_6972

  /// What is there.
  enum Finding {
    case nothing
    /// A mirror; whether its schema is that of this program.
    case mirror(isCurrent: Bool)
  }

  /// How a user that may not write can read.
  /// - Throws: `MirrorUnusable` where that is not possible.
  static func readingAccess(_ path: String, mayWrite: Bool? = nil) throws -> MirrorFile.Access {
    let folder = (path as NSString).deletingLastPathComponent
    if mayWrite != false, access(path, W_OK) == 0, access(folder.isEmpty ? "." : folder, W_OK) == 0 { return .reading }
    var log = stat()
    // An empty log has nothing that is not in the file.
    let hasLog = stat(path + "-wal", &log) == 0 && log.st_size > 0
    guard hasLog else { return .frozen }
    var index = stat()
    guard stat(path + "-shm", &index) == 0 || access(folder.isEmpty ? "." : folder, W_OK) == 0 else {
      throw MirrorUnusable(
        description:
          "the newest of the mirror \(path) stands in \(path)-wal, which cannot be read in a folder that may not be "
          + "written; copy both into a folder of your own: cp \(path) \(path)-wal FOLDER")
    }
    return .reading
  }

  /// Whether this user may write a mirror that is there.
  static func mayWrite(_ path: String) -> Bool {
    let folder = (path as NSString).deletingLastPathComponent
    guard access(path, W_OK) == 0 else { return false }
    return access(folder.isEmpty ? "." : folder, W_OK) == 0
      || ["-wal", "-shm"].allSatisfy { (suffix: String) in access(path + suffix, W_OK) == 0 }
  }

  /// Looks at what is there, without changing anything.
  /// - Throws: `MirrorUnusable` for what is no mirror, by name; `MirrorFault` for one that is locked or damaged.
  static func look(at path: String) throws -> Finding {
    var info = stat()
    guard stat(path, &info) == 0 else {
      if errno == ENOENT {
        try checkLeftovers(of: path)
        return .nothing
      }
      throw POSIXError(.init(rawValue: errno) ?? .EIO)
    }
    guard info.st_mode & S_IFMT == S_IFREG else {
      throw MirrorUnusable(description: "\(path) is no file, so no mirror; give another mirror.path")
    }
    guard info.st_size > 0 else { throw MirrorUnusable(description: MirrorOpening.empty(path)) }
    guard access(path, R_OK) == 0 else { throw POSIXError(.EACCES) }
    let connection = try ReadConnection(file: MirrorFile(path: path, access: readingAccess(path)))
    do { return .mirror(isCurrent: try isCurrent(connection, path)) } catch let fault as SQLiteFault {
      guard fault.code & 0xFF == SQLITE_NOTADB else { throw MirrorOpening.described(fault, path: path) }
      throw MirrorUnusable(
        description:
          "\(path) is not a mirror: it is no SQLite database, or its beginning is destroyed. It was left as it is; give "
          + "another mirror.path, or restore a backup")
    }
  }

  /// What SQLite keeps beside a file is of that file: a new one in its place would be mixed with it, and what a program that has the
  /// old one open has acknowledged would be lost.
  private static func checkLeftovers(of path: String) throws {
    let left = ["-wal", "-shm", "-journal"].map { path + $0 }.filter { access($0, F_OK) == 0 }
    guard !left.isEmpty else { return }
    throw MirrorUnusable(
      description:
        "there is no file \(path), but \(left.joined(separator: " and ")) of one that was there: no new mirror is made beside "
        + "them. Put the file back, if it was moved: they hold what was written last. If it is gone for good, stop every program that "
        + "uses it, remove them (rm \(left.joined(separator: " "))), and social-mirror sync makes a mirror")
  }

  private static func empty(_ path: String) -> String {
    "\(path) is empty (0 bytes): no mirror. If it was one, its content is lost: restore a backup. If nothing was ever in it, "
      + "remove it (rm \(path)), and social-mirror sync makes a mirror; or give another mirror.path"
  }

  /// The tables without which no mirror ever was.
  private static let tables = ["resource", "identity", "relationship", "setting"]

  private static func isCurrent(_ connection: ReadConnection, _ path: String) throws -> Bool {
    let marks = try connection.statement("PRAGMA application_id")
    let mark = try marks.step() ? marks.integer(0) : 0
    marks.reset()
    let names = try connection.statement("SELECT name FROM sqlite_master WHERE type = 'table'")
    var found: Set<String> = []
    while try names.step() { found.insert(names.text(0)) }
    names.reset()
    let isOurs = tables.allSatisfy(found.contains) && found.contains("grdb_migrations")
    guard isOurs, mark == applicationID || mark == 0 else {
      let what =
        isOurs
        ? "its application id is \(mark), that of another program"
        : found.isEmpty ? "it has no tables" : "its tables are \(found.sorted().prefix(5).joined(separator: ", "))"
      throw MirrorUnusable(
        description:
          "\(path) is an SQLite database, but no mirror: \(what). It was left as it is; give another mirror.path")
    }
    let done = try connection.statement("SELECT identifier FROM grdb_migrations")
    defer { done.reset() }
    var migrations: Set<String> = []
    while try done.step() { migrations.insert(done.text(0)) }
    let known = Set(Schema.migrator.migrations)
    guard migrations.isSubset(of: known) else {
      throw MirrorUnusable(
        description:
          "the mirror \(path) was made by a newer social-mirror; install that one, or give another mirror.path")
    }
    return migrations == known
  }

  // MARK: Making

  /// Makes a mirror that is whole when it appears: made beside the path under another name, then given it. A process
  /// that is killed leaves nothing under the path. Where another process was faster, its mirror stays.
  static func make(at path: String, _ configuration: Configuration) throws {
    removeDrafts(of: path)
    let draft = "\(path).new-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    _ = close(descriptor)
    defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(draft + suffix) } }
    let queue = try DatabaseQueue(path: draft, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      // The page size suits documents of a few KB. The number tells this mirror from all others (`MirrorHeader`).
      try db.execute(
        sql: """
          PRAGMA synchronous = OFF;
          PRAGMA page_size = 16384;
          PRAGMA user_version = \(Int32.random(in: 1 ... .max));
          VACUUM;
          """)
    }
    try Schema.migrator.migrate(queue)
    try queue.close()
    do { try DurableFile.synchronize(draft) } catch { throw POSIXError(.init(rawValue: error.code) ?? .EIO) }
    guard link(draft, path) != 0, errno != EEXIST else { return }
    // File systems without links; one without RENAME_NOREPLACE is none where two processes start at once.
    guard access(path, F_OK) != 0, rename(draft, path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  /// Removes what processes left that were killed while they made a mirror.
  private static func removeDrafts(of path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    let prefix = (path as NSString).lastPathComponent + ".new-"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }), process > 0 else { continue }
      if kill(process, 0) != 0, errno == ESRCH { unlink(folder.isEmpty ? name : "\(folder)/\(name)") }
    }
  }

  // MARK: Errors

  /// An error of the database in our words, where it is about the file and not about the statement.
  static func described(_ error: any Error, path: String) -> any Error {
    let (code, message): (Int32, String)
    switch error {
    case let error as DatabaseError: (code, message) = (error.resultCode.rawValue, error.message ?? "\(error)")
    case let error as SQLiteFault: (code, message) = (error.code & 0xFF, error.message)
    default: return error
    }
    if StorageFault.isFull(error) { return MirrorFault.full(path) }
    switch code {
    case SQLITE_BUSY: return MirrorFault.busy(path)
    case SQLITE_CORRUPT: return MirrorFault.damaged(path, message)
    case SQLITE_NOTADB:
      return MirrorFault.damaged(path, "its beginning is not that of an SQLite database")
    default: return error
    }
  }
}

extension Schema {
  static let applicationID = MirrorOpening.applicationID
}
