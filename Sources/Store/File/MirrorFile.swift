import Foundation
import GRDBSQLite
import JSONAPI
import Synchronization

/// The file of a mirror as one process has it open: how it is opened, and whether it is still the one under its path.
///
/// A file that is replaced, removed or written over under a running process would swallow what is written to it. So
/// it is looked at before and after each write, when a connection is opened, and once a second where there are only
/// reads.
package final class MirrorFile: Sendable {
  /// How connections open it.
  package enum Access: Sendable, Hashable {
    case writing
    /// Reads alone; others may write.
    case reading
    /// Reads alone of a file that nobody writes: SQLite takes no locks and needs no other files beside it.
    case frozen
  }

  /// The path that it was opened under, as it was given.
  package let path: String
  /// How connections open it, as long as this process has it open.
  package let access: Access
  /// Whether it is open for reading alone.
  package var isReadOnly: Bool { access != .writing }

  /// What tells one file from another, and how far its header has come.
  private struct Stamp: Hashable {
    var device: dev_t
    var inode: ino_t
    /// Of a frozen file alone: bytes, time of the last change, bytes of the write-ahead log.
    var state: [Int64]
  }

  private struct State {
    var stamp: Stamp?
    var header: MirrorHeader?
    var next = ContinuousClock.now
    var fault: MirrorFault?
    var connection: HeaderConnection?
  }
  private let state = Mutex(State())

  init(path: String, access: Access) {
    self.path = path
    self.access = access
  }

  /// What SQLite is told to open. A file that is frozen has to be named by a URI (https://sqlite.org/uri.html).
  var name: String {
    guard access == .frozen else { return path }
    return "file:\(PercentCoding.encoded(path, keeping: [UInt8(ascii: "/")]))?immutable=1"
  }

  /// From now on the file that is there is the one that has to stay.
  func settle() throws {
    let connection = try HeaderConnection(name: name)
    state.withLock { state in
      state.connection = connection
      state.stamp = stamp()
      state.header = connection.header()
      state.fault = nil
    }
  }

  /// Forgets the file: its connection is closed.
  func release() { state.withLock { $0.connection = nil } }

  /// Looks at the file, once a second at most.
  /// - Throws: `MirrorFault`.
  package func check() throws(MirrorFault) { try check(isDue: { $0 >= $1 }) }

  /// Looks at the file.
  /// - Throws: `MirrorFault`.
  package func checkNow() throws(MirrorFault) { try check(isDue: { _, _ in true }) }

  private func check(isDue: (ContinuousClock.Instant, ContinuousClock.Instant) -> Bool) throws(MirrorFault) {
    let now = ContinuousClock.now
    let fault = state.withLock { state -> MirrorFault? in
      guard isDue(now, state.next) || state.fault != nil, state.stamp != nil else { return state.fault }
      state.next = now + .seconds(1)
      state.fault = change(&state).map { MirrorFault.moved(path, $0) }
      return state.fault
    }
    if let fault { throw fault }
  }

  /// What has happened to the file; nil while it is the same. One that was moved away and is back is the same.
  private func change(_ state: inout State) -> String? {
    guard let stamp = stamp() else { return "was removed" }
    guard let before = state.stamp, stamp.device == before.device, stamp.inode == before.inode else {
      return "was replaced"
    }
    guard stamp.state == before.state else { return "was changed, although this process may only read it," }
    // Written over where it lies: the same file, and another content.
    guard let connection = state.connection, let known = state.header else { return nil }
    guard let header = connection.header(), header.follows(known) else { return "was written over" }
    state.header = header
    return nil
  }

  private func stamp() -> Stamp? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    guard access == .frozen else { return Stamp(device: info.st_dev, inode: info.st_ino, state: []) }
    var log = stat()
    let logBytes = stat(path + "-wal", &log) == 0 ? Int64(log.st_size) : 0
    return Stamp(
      device: info.st_dev, inode: info.st_ino,
      state: [Int64(info.st_size), Int64(info.st_mtim.tv_sec), Int64(info.st_mtim.tv_nsec), logBytes])
  }
}

/// The first bytes of the file as they are on disk (https://sqlite.org/fileformat2.html, 1.3), whatever the
/// write-ahead log says.
struct MirrorHeader: Hashable {
  /// The words `SQLite format 3`.
  var magic: ArraySlice<UInt8>
  /// A number that every mirror gets when it is made.
  var number: ArraySlice<UInt8>
  /// These grow, and never fall: the change counter, and the schema's version.
  var changes: UInt32
  var schema: UInt32
  /// Its size, which falls only where the schema's version grows (`VACUUM`).
  var pages: UInt32

  /// - Returns: nil for less than a whole header.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 100 else { return nil }
    magic = bytes[0..<16]
    number = bytes[60..<64]
    func word(_ start: Int) -> UInt32 { bytes[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
    (changes, schema, pages) = (word(24), word(40), word(28))
  }

  /// Whether a file with this header may be what one with that header has become.
  func follows(_ earlier: MirrorHeader) -> Bool {
    magic == earlier.magic && number == earlier.number && changes >= earlier.changes && schema >= earlier.schema
      && (pages >= earlier.pages || schema > earlier.schema)
  }
}

/// Reads the header through SQLite's own file: to open and close the file again would let go of the locks that this
/// process has on it (https://sqlite.org/howtocorrupt.html, 2.2). Used under a lock.
private final class HeaderConnection: @unchecked Sendable {
  private let connection: OpaquePointer?

  init(name: String) throws {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
    guard sqlite3_open_v2(name, &opened, flags, nil) == SQLITE_OK else {
      defer { sqlite3_close_v2(opened) }
      throw SQLiteFault(opened)
    }
    connection = opened
  }

  deinit { sqlite3_close_v2(connection) }

  /// Nil when there is less than a header.
  func header() -> MirrorHeader? {
    var file: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
      let read = file.pointee.pMethods?.pointee.xRead
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: 100)
    guard read(file, &bytes, 100, 0) == SQLITE_OK else { return nil }
    return MirrorHeader(bytes)
  }
}
