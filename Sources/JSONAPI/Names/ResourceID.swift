import Coding

/// A resource's id as the site writes it (JSON:API 1.0, "Identification"): nearly always a UUID, but the site's column takes any
/// text. Two ids are the same when they are written alike; who asks may write them in either letter case (`folded`).
///
/// A UUID in its canonical form, lower case, is two words: 16 bytes in the mirror where the text has 36. Any other id is its text,
/// in the mirror behind 16 zero bytes, so that the two cannot be taken for one another.
package struct ResourceID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The longest id in bytes of UTF-8: the site's column takes 128 characters.
  package static let longest = 1024

  private enum Form: Sendable, Hashable {
    case uuid(high: UInt64, low: UInt64)
    case text(String)
  }
  private let form: Form

  /// A UUID of two words, big-endian.
  package init(high: UInt64, low: UInt64) { form = .uuid(high: high, low: low) }

  /// An id as the site or a client writes it; nil for none: empty, longer than `longest`, or with control characters.
  package init?(_ text: String) {
    var text = text
    guard let id = text.withUTF8({ ResourceID(utf8: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = id
  }

  /// An id from its bytes; nil as above, and where they are not UTF-8.
  package init?(utf8: UnsafeRawBufferPointer) {
    if let words = ResourceID.words(utf8) {
      form = .uuid(high: words.high, low: words.low)
      return
    }
    guard !utf8.isEmpty, utf8.count <= ResourceID.longest, utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
      let text = String(validating: utf8, as: UTF8.self)
    else { return nil }
    form = .text(text)
  }

  /// The id in an identifier that names a resource; nil also for `missing` and `virtual`, which name none (reference 2.7).
  package init?(target text: String) {
    guard text != "missing", text != "virtual", let id = ResourceID(text) else { return nil }
    self = id
  }

  /// An id from its stored form; nil for what is none.
  package init?(bytes: UnsafeRawBufferPointer) {
    if bytes.count == 16 {
      self.init(
        high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
      return
    }
    guard bytes.count > 16, bytes.prefix(16).allSatisfy({ $0 == 0 }) else { return nil }
    self.init(utf8: UnsafeRawBufferPointer(rebasing: bytes[16...]))
  }

  /// The stored form: the 16 bytes of a UUID, or 16 zero bytes and the text.
  package var bytes: [UInt8] {
    switch form {
    case .uuid(let high, let low): withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    case .text(let text): [UInt8](repeating: 0, count: 16) + Array(text.utf8)
    }
  }

  /// Gives the stored form to `body` without making an array of a UUID.
  @inline(__always)
  package func withStoredBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    switch form {
    case .uuid(let high, let low): withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { body($0) }
    case .text: bytes.withUnsafeBytes { body($0) }
    }
  }

  /// Whether it is a UUID in its canonical form (RFC 4122, lower case): the only ids that the site takes from clients.
  package var isUUID: Bool { if case .uuid = form { true } else { false } }

  /// The id as the site writes it.
  package var description: String {
    switch form {
    case .uuid(let high, let low): ResourceID.text(high, low)
    case .text(let text): text
    }
  }

  /// The id in lower case, for look-ups: the site's database does not mind the case of ASCII letters (reference 1.2).
  package var folded: ResourceID {
    guard case .text(let text) = form else { return self }
    let lower = text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return lower.withUnsafeBytes { ResourceID(utf8: $0) } ?? self
  }

  /// The id as a part of a path (RFC 3986 section 3.3): everything but unreserved characters percent-encoded.
  package var pathPart: String {
    switch form {
    case .uuid: description
    case .text(let text): PercentCoding.encoded(text)
    }
  }

  /// A name for a file: 32 hexadecimal digits of a UUID, else letters and digits that no other id has.
  package var fileName: String {
    let stored = bytes
    guard !isUUID else { return Hexadecimal.text(stored) }
    // FNV-1a over all of it, for an id that is cut.
    let hash = stored.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let words = withUnsafeBytes(of: hash.bigEndian) { Array($0) }
    return "id-" + Hexadecimal.text(stored[16...].prefix(64)) + "-" + Hexadecimal.text(words)
  }

  /// UUIDs in their order, then other ids by their bytes.
  package static func < (left: Self, right: Self) -> Bool {
    switch (left.form, right.form) {
    case (.uuid(let high, let low), .uuid(let otherHigh, let otherLow)): (high, low) < (otherHigh, otherLow)
    case (.uuid, .text): true
    case (.text, .uuid): false
    case (.text(let one), .text(let other)): one.utf8.lexicographicallyPrecedes(other.utf8)
    }
  }

  /// Texts are the same byte for byte: Swift takes `é` of one and of two scalars for equal, databases do not.
  package static func == (left: Self, right: Self) -> Bool {
    switch (left.form, right.form) {
    case (.uuid(let high, let low), .uuid(let otherHigh, let otherLow)): high == otherHigh && low == otherLow
    case (.text(let one), .text(let other)): one.utf8.elementsEqual(other.utf8)
    default: false
    }
  }

  /// By the bytes.
  package func hash(into hasher: inout Hasher) {
    switch form {
    case .uuid(let high, let low):
      hasher.combine(high)
      hasher.combine(low)
    case .text(let text): for byte in text.utf8 { hasher.combine(byte) }
    }
  }
}

extension ResourceID {
  /// The words of 36 canonical bytes in lower case.
  private static func words(_ text: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
    guard text.count == 36 else { return nil }
    var words: (high: UInt64, low: UInt64) = (0, 0)
    var digits = 0
    for index in 0..<36 {
      let byte = text[index]
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x61...0x66: digit = UInt64(byte - 0x61 + 10)
      default: return nil
      }
      if digits < 16 { words.high = words.high << 4 | digit } else { words.low = words.low << 4 | digit }
      digits += 1
    }
    return words
  }

  private static func text(_ high: UInt64, _ low: UInt64) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(36)
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes in
      for (index, byte) in bytes.enumerated() {
        if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
        text.append(Hexadecimal.digit(byte >> 4))
        text.append(Hexadecimal.digit(byte & 15))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
