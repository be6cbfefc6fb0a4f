import Synchronization

/// A number that is another one after every commit by whatever connection of whatever process: one look at a counter in
/// shared memory (`PRAGMA data_version`), no query. Numbers of two values of this type do not compare.
package final class MirrorVersion: Sendable {
  /// The connection never writes, so that no commit is its own. Used by one thread at a time: what the lock guards.
  private struct Watcher: @unchecked Sendable { var connection: ReadConnection }
  private let watcher: Mutex<Watcher>
  private let file: MirrorFile

  /// - Throws: `SQLiteFault` when the mirror cannot be opened, `MirrorFault` when it is another file.
  package convenience init(_ mirror: Mirror) throws { try self.init(file: mirror.file) }

  /// - Throws: as above.
  init(file: MirrorFile) throws {
    self.file = file
    let connection = try ReadConnection(file: file)
    watcher = Mutex(Watcher(connection: connection))
  }

  /// The number now: what is read after this call is at least as new.
  /// - Throws: `SQLiteFault`, `MirrorFault`.
  package func current() throws -> Int64 {
    try file.check()
    return try watcher.withLock { watcher in
      let statement = try watcher.connection.statement("PRAGMA data_version")
      defer { statement.reset() }
      return try statement.step() ? statement.integer(0) : 0
    }
  }
}
