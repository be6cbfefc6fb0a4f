import Foundation

/// The right to write a mirror's copy of the site: one engine at a time, whatever process it is in. The operating system lets
/// it go when the process ends, however it ends.
package final class WriterLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock `PATH.lock` beside the mirror.
  /// - Throws: `MirrorUnusable` naming the process that has it.
  package init(mirrorPath: String) throws {
    let path = mirrorPath + ".lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw MirrorUnusable(
        description:
          "cannot make \(path): \(String(cString: strerror(errno))); check the folder's owner and permissions")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      var buffer = [UInt8](repeating: 0, count: 32)
      let count = max(0, pread(descriptor, &buffer, buffer.count, 0))
      close(descriptor)
      let holder = String(decoding: buffer[..<count], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      throw MirrorUnusable(
        description: "another social-mirror\(holder.isEmpty ? "" : " (process \(holder))") is already synchronising "
          + "\(mirrorPath); wait for it, or stop it (systemctl stop social-mirror)")
    }
    ftruncate(descriptor, 0)
    let holder = Array("\(getpid())\n".utf8)
    pwrite(descriptor, holder, holder.count, 0)
  }

  deinit { close(descriptor) }
}
