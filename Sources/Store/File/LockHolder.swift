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
    guard stat(path + ".lock", &info) == 0, let list = LockHolder.text("/proc/locks", 1 << 20) else { return nil }
    let noted = LockHolder.text(path + ".lock", 32).flatMap {
      Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    self.init(inode: UInt64(info.st_ino), noted: noted, in: list)
  }

  /// Who has a lock by `flock` on a file, by the text of `/proc/locks` (proc_locks(5)).
  /// - Parameter noted: the process that wrote its number into the file. On layered file systems the list has other numbers of files;
  ///   that one has the lock as long as it has some.
  init?(inode: UInt64, noted: Int32?, in list: String) {
    for line in list.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      // `1: FLOCK ADVISORY WRITE 4711 00:1b:588811 0 EOF`; who only waits has `->` before it.
      guard words.count >= 6, words[1] == "FLOCK", let process = Int32(words[4]),
        process == noted && process > 0 || words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode
      else { continue }
      self.init(process: max(0, process))
      return
    }
    return nil
  }

  /// What a file holds, as far as that is wanted.
  static func text(_ path: String, _ limit: Int) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return (try? DurableFile.contents(of: file, atMost: limit)).map { String(decoding: $0, as: UTF8.self) }
  }
}
