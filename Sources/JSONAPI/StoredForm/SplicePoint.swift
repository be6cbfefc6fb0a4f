import Coding

/// A place in a stored document where text goes that was left out because it can be derived: links, and the base URL.
///
/// A stored document is the site's resource object without `links` and with `BaseMark` where the site's base URL stood.
/// Its splice points, in document order, say what to put back; four bytes each, eight with a name.
package struct SplicePoint: Sendable, Hashable {
  /// What goes there.
  package enum Kind: UInt32, Sendable {
    /// `,"links":{"self":…}` of the resource (reference 1.4, 1.5).
    case resourceLinks = 0
    /// `,"links":{"self":…}` of a relationship whose targets all are internal (reference 2.7).
    case selfLink = 1
    /// `,"links":{"related":…,"self":…}` of a relationship.
    case relationshipLinks = 2
    /// The base URL, in the place of the mark.
    case base = 3
  }

  /// What goes there.
  package var kind: Kind
  /// Bytes from the start of the stored document.
  package var offset: Int
  /// The relationship's name: where it stands in the stored document.
  package var name: Range<Int>

  init(_ kind: Kind, at offset: Int, name: Range<Int> = 0..<0) {
    self.kind = kind
    self.offset = offset
    self.name = name
  }

  /// The largest document whose splice points can be written.
  static let maximumDocumentBytes = 1 << 24

  /// Appends the stored form.
  func encode(into bytes: inout [UInt8]) {
    SplicePoint.append(UInt32(offset) << 2 | kind.rawValue, to: &bytes)
    if kind == .selfLink || kind == .relationshipLinks {
      SplicePoint.append(UInt32(name.lowerBound) << 8 | UInt32(name.count), to: &bytes)
    }
  }

  private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Reads the point at `position` of the stored form and moves on; nil at its end or where it is damaged.
  @inline(__always)
  static func decode(_ bytes: UnsafeRawBufferPointer, at position: inout Int) -> SplicePoint? {
    guard position + 4 <= bytes.count else { return nil }
    let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    guard let kind = Kind(rawValue: word & 3) else { return nil }
    position += 4
    guard kind == .selfLink || kind == .relationshipLinks else { return SplicePoint(kind, at: Int(word >> 2)) }
    guard position + 4 <= bytes.count else { return nil }
    let name = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    position += 4
    return SplicePoint(kind, at: Int(word >> 2), name: Int(name >> 8)..<Int(name >> 8 + name & 0xFF))
  }
}

extension SplicePoint {
  /// Whether stored splice points can be put back into a document of so many bytes: whole, in order, inside it.
  package static func areSound(_ bytes: UnsafeRawBufferPointer, documentBytes: Int) -> Bool {
    var position = 0
    var last = 0
    while position < bytes.count {
      guard let point = decode(bytes, at: &position), point.offset >= last, point.offset <= documentBytes,
        point.name.upperBound <= documentBytes
      else { return false }
      last = point.offset
    }
    return true
  }
}

/// The bytes that stand for the base URL in stored documents: the noncharacter U+FDD0. The site escapes everything outside
/// ASCII, so these bytes never come from it.
package enum BaseMark {
  /// U+FDD0 in UTF-8.
  package static let bytes: [UInt8] = [0xEF, 0xB7, 0x90]
  /// How many they are.
  static let count = 3
}

/// A base URL (`https://community.example.org`, no trailing slash) in the forms that documents need.
package struct DocumentBase: Sendable, Hashable {
  /// As it stands in headers.
  package let text: String
  /// As it stands inside JSON strings of the site: `https:\/\/community.example.org`.
  package let escaped: [UInt8]

  /// The forms of one base URL.
  package init(_ text: String) {
    self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
    var bytes: [UInt8] = []
    JSON.encodeContent(self.text, into: &bytes, .site)
    escaped = bytes
  }
}
