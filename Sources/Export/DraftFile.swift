import Crypto
import DurableFiles
import Foundation
import JSONAPI

/// A file of an export as it is being written: new, for its owner alone, hashed on the way.
final class DraftFile {
  /// What came of one.
  struct Written: Sendable, Hashable {
    /// Its name in the folder.
    var name: String
    /// Its size.
    var bytes: Int64
    /// The SHA-256 of its content, in hexadecimal digits.
    var hash: String
  }

  /// So much is collected before it is written.
  private static let piece = 1 << 18

  private let name: String
  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var hash = SHA256()
  private var bytes: Int64 = 0

  /// Makes a file where none is.
  init(_ name: String, in folder: DraftFolder) throws(ExportFault) {
    self.name = name
    path = "\(folder.path)/\(name)"
    descriptor = try DraftFile.make(path)
    buffer.reserveCapacity(DraftFile.piece + (1 << 12))
  }

  deinit { close(descriptor) }

  /// Makes an empty file where none is, for its owner alone.
  static func make(_ path: String) throws(ExportFault) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("make", path, errno) }
    return descriptor
  }

  /// Adds what `body` appends.
  /// - Returns: how many bytes these are.
  @discardableResult
  func add(_ body: (inout [UInt8]) -> Void) throws(ExportFault) -> Int {
    let before = buffer.count
    body(&buffer)
    let count = buffer.count - before
    if buffer.count >= DraftFile.piece { try flush() }
    return count
  }

  /// Writes the file through to the disk.
  func finish() throws(ExportFault) -> Written {
    try flush()
    guard fsync(descriptor) == 0 else { throw .system("write", path, errno) }
    return Written(name: name, bytes: bytes, hash: Hexadecimal.text(hash.finalize()))
  }

  private func flush() throws(ExportFault) {
    hash.update(data: buffer)
    bytes += Int64(buffer.count)
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .system("write", path, errno) }
      rest = rest.dropFirst(count)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// A file that somebody else has written into the folder: made its owner's alone, written through to the disk, and hashed.
  static func adopt(_ name: String, in folder: DraftFolder) throws(ExportFault) -> Written {
    let path = "\(folder.path)/\(name)"
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read", path, errno) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw .system("write", path, errno) }
    var hash = SHA256()
    var bytes: Int64 = 0
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system("read", path, errno) }
      if count == 0 { break }
      hash.update(data: piece[..<count])
      bytes += Int64(count)
    }
    return Written(name: name, bytes: bytes, hash: Hexadecimal.text(hash.finalize()))
  }
}
