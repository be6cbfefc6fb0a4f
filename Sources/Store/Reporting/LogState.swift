import DurableFiles
import Foundation
import GRDB

/// The write-ahead log of a mirror, and who keeps it from being folded into the file.
///
/// Whoever reads in one transaction sees the file as it was when that began: what was written since has to stay in the log until it
/// ends. The log has no other bound then.
package struct LogState: Sendable, Hashable {
  /// A process that reads.
  package struct Reader: Sendable, Hashable {
    /// Its number.
    package var process: Int32
    /// What it is called (`/proc/…/comm`); nil where the system does not tell.
    package var name: String?
  }

  /// Its size.
  package var bytes: Int64
  /// Since when one and the same reader has kept it from being folded, Unix seconds of this machine; nil where none does. Looked at
  /// between rounds, where it is large.
  package var heldSince: Int64?
  /// The other processes that read the mirror at this moment, as far as the system tells; none where nothing is held.
  package var readers: [Reader]

  /// Up to here it is as large as it may be: SQLite folds it after 16 MB, and a transaction may go beyond that.
  static let usual: Int64 = 48 << 20
  /// From here on readers are waited for: where they come and go without a pause, one of them always has the log, and it begins anew
  /// only when all have let go of it.
  static let most: Int64 = 256 << 20
  /// How long they are waited for, in milliseconds. Nobody can write meanwhile.
  static let patience: Int32 = 3_000

  /// The processes that have a lock for reading in the index of a log, by the text of `/proc/locks` (proc_locks(5)): SQLite takes one of
  /// the bytes 123 to 127 of the index for it (https://sqlite.org/walformat.html, 2.3).
  static func readers(inode: UInt64, in list: String) -> [Int32] {
    var found: [Int32] = []
    for line in list.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      // `1: POSIX ADVISORY READ 4711 00:1b:588811 124 124`; who only waits has `->` before it.
      guard words.count >= 8, words[1] == "POSIX", let process = Int32(words[4]), process > 0,
        words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode, let first = Int(words[6]),
        let last = Int(words[7]), first <= 127, last >= 123, !found.contains(process)
      else { continue }
      found.append(process)
      if found.count == 16 { break }
    }
    return found
  }

  /// What is remembered of a log that could not be folded: since when, and up to which frame it could. A reader who stays keeps it
  /// there.
  struct Held: Hashable {
    var since: Int64
    var frame: Int64

    init(since: Int64, frame: Int64) { (self.since, self.frame) = (since, frame) }

    /// As the fact has it.
    init?(_ text: String?) {
      let numbers = text?.split(separator: " ").compactMap { Int64($0) } ?? []
      guard numbers.count == 2 else { return nil }
      self.init(since: numbers[0], frame: numbers[1])
    }

    var text: String { "\(since) \(frame)" }

    /// What is to be remembered after another look; nil where the log could be folded whole.
    /// - Parameters:
    ///   - before: what was remembered.
    ///   - frames: how many frames it has; `folded`, how many of them stand in the file.
    static func after(_ before: Held?, frames: Int64, folded: Int64, at now: Int64) -> Held? {
      guard folded < frames else { return nil }
      if let before, before.frame == folded { return before }
      return Held(since: now, frame: folded)
    }
  }
}

extension Reporting {
  /// The state of the log.
  package func logState() throws -> LogState {
    let held = LogState.Held(try reading.fact(.logHeld))
    return LogState(bytes: logBytes, heldSince: held?.since, readers: held == nil ? [] : readers)
  }

  /// Folds a log that has become large, and remembers since when somebody keeps it from that. To be called between rounds. Nobody is
  /// waited for but where it has become very large, and then not for a reader who stays.
  /// - Parameter now: Unix seconds of this machine.
  package func foldLog(at now: Int64) throws { try foldLog(at: now, most: LogState.most) }

  /// The same with the size from which on readers are waited for, in bytes.
  func foldLog(at now: Int64, most: Int64) throws {
    let before = LogState.Held(try reading.fact(.logHeld))
    guard before != nil || logBytes > LogState.usual else { return }
    let after: LogState.Held?
    do {
      let (frames, folded) = try database.pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
      after = LogState.Held.after(before, frames: Int64(frames), folded: Int64(folded), at: now)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      // Another process is at it.
      return
    }
    let isStuck = after != nil && after == before
    // What could be folded to its end by now need not be remembered, and what could not is looked at again by the next round.
    if !isStuck, logBytes > most { try? database.emptyLog(patience: LogState.patience) }
    guard after != before else { return }
    try write { db in
      if let after { return try MirrorFact.logHeld.note(after.text, db) }
      try db.run(sql: "DELETE FROM setting WHERE name = ?", arguments: [MirrorFact.logHeld.rawValue])
    }
  }

  private var logBytes: Int64 {
    var info = stat()
    return stat(database.path + "-wal", &info) == 0 ? Int64(info.st_size) : 0
  }

  private var readers: [LogState.Reader] {
    var info = stat()
    guard stat(database.path + "-shm", &info) == 0, let list = LockHolder.text("/proc/locks", 1 << 20) else {
      return []
    }
    return LogState.readers(inode: UInt64(info.st_ino), in: list).filter { $0 != getpid() }.map { process in
      let name = LockHolder.text("/proc/\(process)/comm", 64)?.trimmingCharacters(in: .whitespacesAndNewlines)
      return LogState.Reader(process: process, name: name.flatMap { $0.isEmpty ? nil : $0 })
    }
  }
}
