import Foundation
import Upstream

/// What came of writing some data through to a disk.
package enum DiskTrial: Sendable, Hashable {
  /// It took so long.
  case done(milliseconds: Int64)
  /// The system refused it, in its words. `isFull`: for want of room.
  case failed(reason: String, isFull: Bool)
  /// It can only be read.
  case readOnly

  /// How much is written.
  package static let bytes = 1 << 20

  /// Writes to an open file, and through to the disk.
  init(writingTo descriptor: Int32, uptime: () -> Int64 = RequestPacer.uptime) {
    let piece = [UInt8](repeating: 0x5A, count: 64 << 10)
    let start = uptime()
    var left = DiskTrial.bytes
    while left > 0 {
      let count = write(descriptor, piece, min(left, piece.count))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        self = DiskTrial(refused: errno)
        return
      }
      left -= count
    }
    guard fsync(descriptor) == 0 else {
      self = DiskTrial(refused: errno)
      return
    }
    self = .done(milliseconds: max(0, uptime() - start) / 1_000_000)
  }

  /// Writes into a folder a file that has no name by then, so that nothing stays of it, however this ends.
  init(inFolder folder: String) {
    let path = "\(folder)/.social-mirror-trial.\(getpid()).\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      self = DiskTrial(refused: errno)
      return
    }
    unlink(path)
    defer { close(descriptor) }
    self.init(writingTo: descriptor)
  }

  private init(refused code: Int32) {
    guard code != EROFS else {
      self = .readOnly
      return
    }
    self = .failed(reason: String(cString: strerror(code)), isFull: code == ENOSPC || code == EDQUOT)
  }
}
