import DurableFiles
import Foundation

/// Who has a mirror's writer lock, found out without touching the lock: one that is taken for a moment would stop an engine that starts
/// in that moment.
package struct LockHolder: Sendable, Hashable {
  /// The process; 0 where it is one that this machine's list does not name, as that of a container.
  package var process: Int32

  /// A process that has the lock.
  package init(process: Int32) { self.process = process }

  /// Who has the lock of a mirror; nil where nobody has it, or the system does not tell.
  package init?(ofMirrorAt path: String) {
    var info = stat()
    guard stat(path + ".lock", &info) == 0, let list = LockHolder.list else { return nil }
    self.init(inode: UInt64(info.st_ino), in: list)
  }

  /// Who has a lock by `flock` on a file, by the text of `/proc/locks` (proc_locks(5)).
  init?(inode: UInt64, in list: String) {
    for line in list.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      // `1: FLOCK ADVISORY WRITE 4711 00:1b:588811 0 EOF`; who only waits has `->` before it.
      guard words.count >= 6, words[1] == "FLOCK", let process = Int32(words[4]),
        words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode
      else { continue }
      self.init(process: max(0, process))
      return
    }
    return nil
  }

  /// The system's list, at most a megabyte of it.
  private static var list: String? {
    let file = open("/proc/locks", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return (try? DurableFile.contents(of: file, atMost: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
  }
}
