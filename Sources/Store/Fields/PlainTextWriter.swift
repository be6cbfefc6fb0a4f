import GRDB
import JSONAPI
import OpenSocial

/// Keeps the plain texts of resources as they are written, in their transaction. What has no formatted text costs one look through
/// its bytes.
final class PlainTextWriter {
  private let insert: RawStatement
  private let remove: RawStatement

  private static let mark = Array(FieldDescription.formattedText.format.utf8)
  private static let texts = [
    Array(FieldDescription.formattedText.html.utf8), Array(FieldDescription.formattedText.source.utf8),
  ]
  /// The end of the mark as it stands in a document: to look for a quote first would be to stop at each.
  private static let sign = Array("\(FieldDescription.formattedText.format)\":".utf8)
  private static let between: [UInt8] = [0x0A, 0x0A]

  init(_ db: Database) throws {
    insert = try RawStatement(
      cached: "INSERT OR REPLACE INTO plain_text (resource, field, text) VALUES (?1, ?2, ?3)", db)
    remove = try RawStatement(cached: "DELETE FROM plain_text WHERE resource = ?", db)
  }

  /// Brings the texts of a resource up to date with its document.
  /// - Parameters:
  ///   - isNew: whether it is sure to have none yet.
  ///   - field: the number that stands for a field's name.
  func store(
    _ document: UnsafeRawBufferPointer, of id: Int64, isNew: Bool, field: (String) throws -> Int64
  ) throws {
    if !isNew {
      remove.bind(id, at: 1)
      try remove.run()
    }
    let hasSome = PlainTextWriter.sign.withUnsafeBytes { ByteSearch.found($0, in: document) }
    guard hasSome else { return }
    var current: (name: Range<Int>, text: [UInt8])?
    for part in StoredPart.all(in: document, marked: PlainTextWriter.mark, oneOf: PlainTextWriter.texts) {
      let text = PlainText.of(JSONText.unescaped(UnsafeRawBufferPointer(rebasing: document[part.text])))
      if let known = current, known.name == part.attribute {
        current = (known.name, known.text + PlainTextWriter.between + text)
        continue
      }
      if let known = current { try put(known, document, id, field) }
      current = (part.attribute, text)
    }
    if let known = current { try put(known, document, id, field) }
  }

  /// Whether two documents of a resource have the same formatted texts, so that their plain texts are the same.
  static func isSame(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    // Nil where there might be some, and none can be read.
    func parts(_ document: UnsafeRawBufferPointer) -> [StoredPart]? {
      guard sign.withUnsafeBytes({ ByteSearch.found($0, in: document) }) else { return [] }
      let parts = StoredPart.all(in: document, marked: mark, oneOf: texts)
      return parts.isEmpty ? nil : parts
    }
    func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
      ByteSearch.isSame(UnsafeRawBufferPointer(rebasing: one[left]), UnsafeRawBufferPointer(rebasing: other[right]))
    }
    guard let left = parts(one), let right = parts(other) else { return false }
    return left.count == right.count
      && zip(left, right).allSatisfy { isSame($0.attribute, $1.attribute) && isSame($0.text, $1.text) }
  }

  private func put(
    _ found: (name: Range<Int>, text: [UInt8]), _ document: UnsafeRawBufferPointer, _ id: Int64,
    _ field: (String) throws -> Int64
  ) throws {
    let name = StoredPart.name(found.name, in: document)
    // No column can be of such a name (`ReportedType`).
    if name.utf8.contains(0) { return }
    insert.bind(id, at: 1)
    insert.bind(try field(name), at: 2)
    try found.text.withUnsafeBytes { bytes in
      // An empty list has no address, which would bind null.
      if bytes.isEmpty { insert.bind("", at: 3) } else { insert.bindText(bytes, at: 3) }
      try insert.run()
    }
  }
}

/// Strings of stored documents.
enum JSONText {
  /// What stands between the quotes of a string, without its escapes (RFC 8259, 7). Half of a surrogate pair is U+FFFD.
  static func unescaped(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      let start = at
      while at < text.count, text[at] != 0x5C { at += 1 }
      if start < at { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<at])) }
      guard at + 1 < text.count else { break }
      let escape = text[at + 1]
      at += 2
      switch escape {
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "u"):
        let scalar = JSONText.scalar(text, &at)
        // What the site escapes most is markup.
        if scalar.value < 0x80 {
          bytes.append(UInt8(truncatingIfNeeded: scalar.value))
          continue
        }
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      default: bytes.append(escape)
      }
    }
    return bytes
  }

  private static func scalar(_ text: UnsafeRawBufferPointer, _ at: inout Int) -> Unicode.Scalar {
    guard let high = Hexadecimal.codeUnit(text, at: at) else { return "\u{FFFD}" }
    at += 4
    if high & 0xFC00 == 0xD800, let low = Hexadecimal.escapedCodeUnit(text, at: at), low & 0xFC00 == 0xDC00 {
      at += 6
      return Unicode.Scalar(0x10000 + UInt32(high - 0xD800) << 10 + UInt32(low - 0xDC00)) ?? "\u{FFFD}"
    }
    return Unicode.Scalar(high) ?? "\u{FFFD}"
  }
}
