import Foundation
import GRDB
import Support
import Synchronization
import Testing

@testable import Store

/// Who keeps the write-ahead log from being folded is found out, remembered and named.
@Suite struct LogStateTests {
  @Test func aReaderWhoStaysKeepsTheFrameWhereItIs() {
    typealias Held = LogState.Held
    #expect(Held.after(nil, frames: 100, folded: 100, at: 1) == nil)
    let first = Held.after(nil, frames: 100, folded: 40, at: 1)
    #expect(first == Held(since: 1, frame: 40))
    // The log has grown, and could be folded no further.
    #expect(Held.after(first, frames: 900, folded: 40, at: 61) == first)
    // Another reader, or the same one in another transaction.
    #expect(Held.after(first, frames: 900, folded: 700, at: 61) == Held(since: 61, frame: 700))
    #expect(Held.after(first, frames: 900, folded: 900, at: 61) == nil)
    #expect(Held(first?.text) == first)
    for text in [nil, "", "1", "1 2 3", "a b", "1 99999999999999999999"] { #expect(Held(text) == nil) }
  }

  @Test func readersAreThoseWithALockOfTheirKind() {
    let list = """
      1: POSIX  ADVISORY  READ  4711 00:1b:588811 124 124
      2: POSIX  ADVISORY  READ  4711 00:1b:588811 128 128
      3: POSIX  ADVISORY  READ  12 00:1b:588811 123 123
      4: POSIX  ADVISORY  READ  13 00:1b:588812 124 124
      5: POSIX  ADVISORY  WRITE 14 00:1b:588811 120 120
      5: -> POSIX  ADVISORY  WRITE 15 00:1b:588811 124 124
      6: FLOCK  ADVISORY  WRITE 16 00:1b:588811 0 EOF
      7: OFDLCK ADVISORY  READ  -1 00:1b:588811 124 124
      8: POSIX  ADVISORY  READ  17 00:1b:588811 128 EOF
      rubbish
      """
    #expect(LogState.readers(inode: 588_811, in: list) == [4711, 12])
  }

  /// A reader of another connection that stays in its transaction, with more written meanwhile than a log usually has.
  @Test func aLogThatIsHeldIsRemembered() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let reporting = made.mirror.reporting
    try reporting.foldLog(at: 100)
    #expect(try reporting.logState().heldSince == nil)
    let reader = try DatabaseQueue(path: made.mirror.path)
    try reader.inTransaction(.deferred) { db in
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM resource") != 0)
      try made.mirror.database.write { try $0.execute(sql: "CREATE TABLE filler (content BLOB)") }
      for _ in 0..<60 {
        try made.mirror.database.write { try $0.execute(sql: "INSERT INTO filler VALUES (zeroblob(1000000))") }
      }
      try reporting.foldLog(at: 200)
      let state = try reporting.logState()
      #expect(state.heldSince == 200 && state.bytes > LogState.usual)
      try reporting.foldLog(at: 300)
      #expect(try reporting.logState().heldSince == 200)
      return .commit
    }
    try reporting.foldLog(at: 400)
    #expect(try reporting.logState().heldSince == nil)
    try made.mirror.database.write { try $0.execute(sql: "DROP TABLE filler") }
  }

  /// Readers who come and go without a pause: each lets go of the log soon, and yet there is always one who has it.
  @Test func aLogThatIsNeverLetGoOfIsCutOffAllTheSame() throws {
    let made = try SmallCommunity.mirror(SmallCommunity.usual)
    let reporting = made.mirror.reporting
    let readers = try RestlessReaders(made.mirror.path)
    defer { readers.end() }
    try made.mirror.database.write { try $0.execute(sql: "CREATE TABLE filler (content BLOB)") }
    for _ in 0..<60 {
      try made.mirror.database.write { try $0.execute(sql: "INSERT INTO filler VALUES (zeroblob(1000000))") }
    }
    #expect(try reporting.logState().bytes > LogState.usual)
    try reporting.foldLog(at: 200)
    #expect(try reporting.logState().bytes > LogState.usual)
    try reporting.foldLog(at: 201, most: LogState.usual)
    #expect(try reporting.logState().bytes < LogState.usual)
  }
}

/// Two connections that read in turn, each beginning before the other has ended.
private final class RestlessReaders: Sendable {
  private let isOver = Mutex(false)
  private let ended = DispatchSemaphore(value: 0)

  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let connections = try (0..<2).map { _ in try DatabaseQueue(path: path, configuration: configuration) }
    let begun = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [self] in
      try? RestlessReaders.begin(connections[0])
      begun.signal()
      var turn = 0
      while !isOver.withLock({ $0 }) {
        try? RestlessReaders.begin(connections[1 - turn])
        try? connections[turn].inDatabase { try $0.execute(sql: "COMMIT") }
        turn = 1 - turn
        // How long a report takes.
        Thread.sleep(forTimeInterval: 0.05)
      }
      try? connections[turn].inDatabase { try $0.execute(sql: "COMMIT") }
      ended.signal()
    }
    begun.wait()
  }

  /// Waits until nobody reads any more.
  func end() {
    isOver.withLock { $0 = true }
    ended.wait()
  }

  private static func begin(_ connection: DatabaseQueue) throws {
    try connection.inDatabase { db in
      try db.execute(sql: "BEGIN")
      _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM resource")
    }
  }
}
