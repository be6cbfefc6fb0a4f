import Crypto
import DurableFiles
import Foundation
import JSONAPI

/// A body that is arriving, on disk beside the files that wait for the site. Used by one request, of which one piece comes after the
/// other. What is not staged goes with it.
package final class IncomingUpload: @unchecked Sendable {
  /// How many bytes are there.
  package private(set) var count: Int64 = 0
  fileprivate let path: String
  private let descriptor: Int32
  private var hash = SHA256()

  fileprivate init(path: String) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  deinit {
    close(descriptor)
    // One that was staged has another name.
    unlink(path)
  }

  /// Adds a piece.
  /// - Throws: `POSIXError` where the disk does not take it.
  package func append(_ piece: [UInt8]) throws {
    hash.update(data: piece)
    try piece.withUnsafeBytes { piece in
      var rest = piece
      while !rest.isEmpty {
        let written = write(descriptor, rest.baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        count += Int64(written)
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
  }

  /// All that has arrived.
  /// - Throws: `FileFault` where the disk does not give it back.
  package func bytes() throws -> [UInt8] {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    return try DurableFile.contents(of: descriptor)
  }

  /// Writes it through to the disk.
  /// - Returns: its SHA-256, lower-case hexadecimal.
  fileprivate func finish() throws -> String {
    guard fsync(descriptor) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    return Hexadecimal.text(hash.finalize())
  }
}

extension Recording {
  /// Where the bytes of a body go that is arriving.
  /// - Throws: an error of the file system.
  package func incomingUpload() throws -> IncomingUpload {
    try makeUploadsFolder()
    return try IncomingUpload(path: "\(uploadsFolder)/.\(UUID().uuidString).part")
  }

  /// Keeps what has arrived as a file that waits for the site, on disk for good, before its upload is recorded. The same bytes are
  /// kept once, however often they are staged.
  /// - Throws: an error of the file system.
  package func stage(_ upload: IncomingUpload, filename: String) throws -> StagedFile {
    let file = StagedFile(filename: filename, bytes: upload.count, sha256: try upload.finish())
    if try isStaged(file) { return file }
    let target = stagedPath(file)
    guard rename(upload.path, target) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    do { try DurableFile.synchronizeFolder(of: target) } catch {
      throw POSIXError(.init(rawValue: error.code) ?? .EIO)
    }
    return file
  }
}
