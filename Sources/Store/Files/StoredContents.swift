import Foundation
import GRDB

/// A content as the mirror's rows have it.
package struct StoredContent: Sendable, Hashable {
  /// SHA-256, 64 hexadecimal digits.
  package var hash: String
  /// Its size; nil where it is not known.
  package var bytes: Int64?
  /// Where the site keeps one of the files that have it; nil where that is gone.
  package var uri: String?

  /// A content; each part as it is described above.
  package init(hash: String, bytes: Int64?, uri: String?) {
    self.hash = hash
    self.bytes = bytes
    self.uri = uri
  }
}

/// What is wrong with a content on disk.
package enum ContentFault: Sendable, Hashable, CustomStringConvertible {
  case missing
  /// - Parameter bytes: how large it is.
  case otherSize(bytes: Int64)
  /// Its bytes are not those that were fetched.
  case otherBytes
  /// Nothing can be said of it: a permission, a disk that does not answer.
  case unreadable(String)

  /// Whether the content that was fetched is certainly not there any more.
  package var isGone: Bool {
    if case .unreadable = self { return false }
    return true
  }

  /// For people.
  package var description: String {
    switch self {
    case .missing: "it is missing"
    case .otherSize(let bytes): "it has \(bytes) bytes"
    case .otherBytes: "its bytes are not those that were fetched"
    case .unreadable(let reason): "it cannot be read: \(reason)"
    }
  }
}

extension BinaryFolder {
  /// Whether the folder is there.
  package var isThere: Bool {
    var info = stat()
    return stat(path, &info) == 0
  }

  /// What is wrong with a content on disk; nil when it is as it was stored.
  /// - Parameter isDeep: whether its bytes are read and compared with the hash; else the size tells.
  package func fault(of content: StoredContent, isDeep: Bool) -> ContentFault? {
    guard BinaryFolder.isHash(content.hash) else { return .missing }
    let place = location(of: content.hash)
    var info = stat()
    guard stat(place, &info) == 0 else {
      let code = errno
      return code == ENOENT || code == ENOTDIR ? .missing : .unreadable(String(cString: strerror(code)))
    }
    let bytes = Int64(info.st_size)
    if let expected = content.bytes, bytes != expected { return .otherSize(bytes: bytes) }
    guard isDeep else { return nil }
    do { return try hash(at: place) == content.hash ? nil : .otherBytes } catch { return .unreadable("\(error)") }
  }

  /// Whether a text is the name of a content: it becomes a path.
  private static func isHash(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private func hash(at place: String) throws -> String {
    let descriptor = open(place, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BinaryFault("opening \(place)") }
    defer { close(descriptor) }
    return try ContentHash.hexadecimal(of: descriptor, place)
  }
}

extension FileKeeping {
  /// All contents that the mirror has by its rows, each once, by hash.
  package func storedContents() throws -> [StoredContent] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT c.sha256, max(c.bytes), min(f.uri)
          FROM file_content c LEFT JOIN file_source f ON f.resource = c.resource
          WHERE c.sha256 IS NOT NULL GROUP BY c.sha256 ORDER BY c.sha256
          """)
      var contents: [StoredContent] = []
      while let row = try rows.next() {
        contents.append(
          try StoredContent(hash: row.decode(atIndex: 0), bytes: row.decode(atIndex: 1), uri: row.decode(atIndex: 2)))
      }
      return contents
    }
  }

  /// Forgets contents that are not on disk any more: the files that had them are due again.
  /// - Parameter hashes: of the contents.
  package func forget(contents hashes: [String]) throws {
    guard !hashes.isEmpty else { return }
    try write { db in
      for hash in hashes { try db.run(sql: "DELETE FROM file_content WHERE sha256 = ?", arguments: [hash]) }
    }
  }
}
