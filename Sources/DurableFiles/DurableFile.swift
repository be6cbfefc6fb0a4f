#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files that are whole under their name or not there: written beside it, through to the disk, then named, and the name through to
/// the disk, too. A process that is killed and a power cut leave the file of before or the new one, never half of one; at most a
/// draft stays (`PATH.PROCESS.NUMBER.new`). What returns is on disk for good.
package enum DurableFile {
  /// Puts a file in the place of the one that is there, if there is one. The folder must exist.
  /// - Parameter mode: permissions, whatever the process's mask is; by default only the owner may read it.
  /// - Throws: `FileFault`; the file of before is untouched, but for the step `lasting`.
  package static func replace(_ path: String, with content: [UInt8], mode: mode_t = 0o600) throws(FileFault) {
    let draft = try writeDraft(beside: path, content, mode)
    guard rename(draft, path) == 0 else {
      let code = errno
      unlink(draft)
      throw FileFault(step: .naming, code: code)
    }
    try synchronizeFolder(of: path)
  }

  /// Puts a file where none is: of several processes that do so at once, one succeeds, and all find its file. The folder must exist.
  /// - Parameter mode: permissions, whatever the process's mask is; by default only the owner may read it.
  /// - Returns: whether the file is this one; false when another was there, which stays.
  /// - Throws: `FileFault`.
  package static func create(_ path: String, with content: [UInt8], mode: mode_t = 0o600) throws(FileFault) -> Bool {
    let draft = try writeDraft(beside: path, content, mode)
    defer { unlink(draft) }
    let isNew = link(draft, path) == 0
    guard isNew || errno == EEXIST else { throw FileFault(step: .naming, code: errno) }
    try synchronizeFolder(of: path)
    return isNew
  }

  /// What is left to read of an open file, from where it stands.
  /// - Parameter limit: bytes; what comes behind is not read.
  /// - Throws: `FileFault` of the step `reading`.
  package static func contents(of descriptor: Int32, atMost limit: Int = .max) throws(FileFault) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(limit, 8192))
    while bytes.count < limit {
      let count = read(descriptor, &piece, min(piece.count, limit - bytes.count))
      if count == 0 { break }
      if count > 0 {
        bytes += piece.prefix(count)
      } else if errno != EINTR {
        throw FileFault(step: .reading, code: errno)
      }
    }
    return bytes
  }

  /// What an open file is.
  /// - Throws: `FileFault` of the step `reading`.
  package static func status(of descriptor: Int32) throws(FileFault) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFault(step: .reading, code: errno) }
    return FileStatus(isRegular: status.st_mode & S_IFMT == S_IFREG, permissions: UInt32(status.st_mode & 0o7777))
  }

  /// Writes what a file holds through to the disk, whoever wrote it.
  /// - Throws: `FileFault` of the step `writing`.
  package static func synchronize(_ path: String) throws(FileFault) {
    try synchronize(path, O_RDONLY, .writing)
  }

  /// Writes the names in the folder of a path through to the disk.
  /// - Throws: `FileFault` of the step `lasting`.
  package static func synchronizeFolder(of path: String) throws(FileFault) {
    try synchronize(folder(of: path), O_RDONLY | O_DIRECTORY, .lasting)
  }

  /// The folder that a path is in, `.` for a name alone.
  package static func folder(of path: String) -> String {
    let slash = path.lastIndex(of: "/")
    return slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  private static func synchronize(_ path: String, _ flags: Int32, _ step: FileFault.Step) throws(FileFault) {
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault(step: step, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileFault(step: step, code: errno) }
  }

  /// - Returns: where it is: a name that no other process or thread takes.
  private static func writeDraft(
    beside path: String, _ content: [UInt8], _ mode: mode_t
  ) throws(FileFault) -> String {
    let draft = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw FileFault(step: .making, code: errno) }
    var code = write(content, to: descriptor)
    // The mask may have taken permissions away.
    if code == 0, fchmod(descriptor, mode) != 0 || fsync(descriptor) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    guard code == 0 else {
      unlink(draft)
      throw FileFault(step: .writing, code: code)
    }
    return draft
  }

  /// - Returns: 0, or the error's code.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}

/// What something that was opened is.
package struct FileStatus: Sendable, Hashable {
  /// Whether it is a file, and no folder, pipe or device.
  package let isRegular: Bool
  /// The permission bits, such as `0o600`.
  package let permissions: UInt32

  /// What was found.
  package init(isRegular: Bool, permissions: UInt32) {
    self.isRegular = isRegular
    self.permissions = permissions
  }
}

/// The system's call, by a name that no method has.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
