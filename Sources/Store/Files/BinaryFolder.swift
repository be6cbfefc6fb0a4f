import Crypto
import Foundation
import JSONAPI

/// The contents of files on disk, beside the mirror: each content once, under its SHA-256 (`ab/cdef…`), and what is still
/// arriving under `incoming`. Readable by owner and group only.
package struct BinaryFolder: Sendable {
  /// Where it is.
  package let path: String

  /// The folder of a mirror; made when something is to be stored.
  package init(path: String) { self.path = path }

  /// Where a content is.
  /// - Parameter hash: SHA-256, 64 hexadecimal digits.
  package func location(of hash: String) -> String { "\(path)/\(hash.prefix(2))/\(hash.dropFirst(2))" }

  /// What has arrived of a file so far, open for more.
  /// - Parameter limit: the most bytes that it takes; nil for no limit.
  /// - Throws: `BinaryFault`.
  package func incoming(_ name: String, atMost limit: Int64? = nil) throws -> IncomingContent {
    try make("\(path)/incoming")
    return try IncomingContent(path: "\(path)/incoming/\(name).part", limit: limit)
  }

  /// What has arrived of files that are not complete: bytes by name.
  package func incomingBytes() -> [String: Int64] {
    var found: [String: Int64] = [:]
    for entry in names(in: "\(path)/incoming") where entry.hasSuffix(".part") {
      var info = stat()
      guard stat("\(path)/incoming/\(entry)", &info) == 0 else { continue }
      found[String(entry.dropLast(".part".count))] = Int64(info.st_size)
    }
    return found
  }

  /// Removes what has arrived of a file.
  package func discardIncoming(_ name: String) {
    for suffix in [".part", ".part.validator"] { unlink("\(path)/incoming/\(name)\(suffix)") }
  }

  /// The hashes of all contents.
  package func hashes() -> [String] {
    names(in: path).filter { $0.count == 2 }.flatMap { first in names(in: "\(path)/\(first)").map { first + $0 } }
      .filter { $0.count == 64 }
  }

  private func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// Whether a content is there, whole.
  package func holds(_ hash: String, bytes: Int64) -> Bool {
    var info = stat()
    return stat(location(of: hash), &info) == 0 && Int64(info.st_size) == bytes
  }

  /// Moves what has arrived to its place among the contents; where the same content is already, it takes its place.
  /// - Parameter hash: what `IncomingContent.finish` gave.
  /// - Throws: `BinaryFault`.
  package func adopt(_ incoming: IncomingContent, as hash: String) throws {
    let target = location(of: hash)
    try make((target as NSString).deletingLastPathComponent)
    guard rename(incoming.path, target) == 0 else { throw BinaryFault("moving a file to \(target)") }
  }

  /// Removes a content; none there is as good.
  package func remove(_ hash: String) { unlink(location(of: hash)) }

  /// Bytes that may still be written on that disk by this user; nil when that cannot be told.
  package var freeBytes: Int64? {
    disk.map { Int64(clamping: $0.f_bavail).multipliedClamped(by: Int64(clamping: $0.f_frsize)) }
  }

  /// Bytes that the disk has in all, those that are used too; nil when that cannot be told.
  package var diskBytes: Int64? {
    disk.map { Int64(clamping: $0.f_blocks).multipliedClamped(by: Int64(clamping: $0.f_frsize)) }
  }

  private var disk: statvfs? {
    var info = statvfs()
    // The folder may not be there yet: then its nearest ancestor tells.
    var folder = path
    while statvfs(folder.isEmpty ? "/" : folder, &info) != 0 {
      let parent = (folder as NSString).deletingLastPathComponent
      guard errno == ENOENT, parent != folder else { return nil }
      folder = parent
    }
    return info
  }

  private func make(_ folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch { throw BinaryFault(description: "the folder \(folder) cannot be made: \(error.localizedDescription)") }
  }
}

/// A fault of the disk where contents are, in words for the operator.
package struct BinaryFault: DiskError, Sendable, CustomStringConvertible {
  /// What failed, with the path, the system's words and what to check.
  package var description: String
  /// Whether there is no room for it: the disk is full, or it is more than may be stored.
  package var isFull = false
  /// Whether it is this file that is larger than it may be: there may be room for others.
  package var isOverBudget = false

  init(description: String) { self.description = description }

  /// More than may be stored.
  static func overBudget(_ description: String) -> BinaryFault {
    var fault = BinaryFault(description: description)
    fault.isFull = true
    fault.isOverBudget = true
    return fault
  }

  /// What the system says about the last call.
  init(_ doing: String) {
    isFull = errno == ENOSPC || errno == EDQUOT
    description = "\(doing): \(String(cString: strerror(errno))); check mirror.filesPath and free space"
  }
}

/// A file that is arriving. Used by one download at a time; pieces come on another thread than the rest, one after the other.
package final class IncomingContent: @unchecked Sendable {
  /// Where it is.
  package let path: String
  /// How many bytes are there.
  package private(set) var count: Int64
  /// What went wrong while writing.
  package private(set) var fault: BinaryFault?
  private let descriptor: Int32
  private let limit: Int64?

  init(path: String, limit: Int64?) throws {
    self.path = path
    self.limit = limit
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw BinaryFault("opening \(path)") }
    count = Int64(lseek(descriptor, 0, SEEK_END))
  }

  deinit { close(descriptor) }

  /// Begins again with nothing.
  package func clear() -> Bool {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      fault = BinaryFault("emptying \(path)")
      return false
    }
    count = 0
    return true
  }

  /// Adds a piece. False when the disk did not take it; then `fault` says why.
  package func append(_ piece: UnsafeRawBufferPointer) -> Bool {
    if let limit, count + Int64(piece.count) > limit {
      fault = .overBudget(
        "\(path) is larger than the site said: mirror.filesBudgetBytes leaves room for \(limit) bytes")
      return false
    }
    var rest = piece
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        fault = BinaryFault("writing \(path)")
        return false
      }
      count += Int64(written)
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    return true
  }

  /// Removes what has arrived.
  package func discard() { unlink(path) }

  /// Writes through to the disk.
  /// - Returns: the SHA-256 of all that has arrived, in hexadecimal digits.
  /// - Throws: `BinaryFault`.
  package func finish() throws -> String {
    guard fsync(descriptor) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw BinaryFault("writing \(path)") }
    return try ContentHash.hexadecimal(of: descriptor, path)
  }
}

/// The hashes that contents are named by.
enum ContentHash {
  /// The SHA-256 of what is left to read of an open file, in hexadecimal digits.
  /// - Parameter path: for the message.
  /// - Throws: `BinaryFault`.
  static func hexadecimal(of descriptor: Int32, _ path: String) throws -> String {
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw BinaryFault("reading \(path)") }
      if count == 0 { break }
      buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    return Hexadecimal.text(hash.finalize())
  }
}
