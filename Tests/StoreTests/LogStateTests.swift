import Foundation
import GRDB
import Support
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
}
