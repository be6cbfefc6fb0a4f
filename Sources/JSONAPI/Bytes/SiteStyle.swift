import Coding

/// The one way of writing JSON that the mirror stores: the site's own (reference 2.1), so that an answer is spliced from
/// stored bytes and still equals the site's byte for byte.
package enum SiteStyle {
  /// Gives the bytes in the site's style: the same ones when they already are (the normal case), otherwise written again.
  /// A proxy or another server software between may have re-encoded the document; its meaning stays the same.
  /// - Throws: `JSONSyntaxError` when the bytes are not JSON.
  package static func normalized(_ bytes: [UInt8]) throws(JSONSyntaxError) -> [UInt8] {
    if isSiteStyle(bytes) { return bytes }
    return try JSON(parsing: bytes).encoded(.site)
  }

  /// Whether a text is compact and escaped as the site escapes, and its strings are sound. Its grammar outside of them is not
  /// checked here.
  static func isSiteStyle(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBufferPointer { isSiteStyle($0) } }

  /// The same of a stretch of a text that begins and ends outside of strings.
  static func isSiteStyle(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    inString.withUnsafeBufferPointer { inString in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        guard byte == 0x22 else {
          if byte <= 0x20 || byte >= 0x80 { return false }
          continue
        }
        var plain = 0
        string: while index < bytes.count {
          let byte = bytes[index]
          index += 1
          switch inString[Int(byte)] {
          case .plain:
            // Names and links are short between their escapes; a text goes on for longer.
            plain += 1
            if plain.isMultiple(of: 8) { index = firstSpecial(in: UnsafeRawBufferPointer(bytes), from: index) }
          case .quote: break string
          case .backslash: guard isEscape(bytes, &index) else { return false }
          case .other: return false
          }
        }
      }
      return true
    }
  }

  /// The place of the first byte from `index` on that is not plain inside a string, by eight at a time; where there are fewer than eight
  /// left, it may be one before that.
  @inline(__always)
  private static func firstSpecial(in bytes: UnsafeRawBufferPointer, from index: Int) -> Int {
    var index = index
    while bytes.count - index >= 8 {
      let special = specials(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
      if special != 0 { return index + special.trailingZeroBitCount / 8 }
      index += 8
    }
    return index
  }

  /// The high bits of those of eight bytes that are not plain inside a string: the lowest of them is right, others may be one too many.
  @inline(__always)
  private static func specials(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    /// Zero bytes of a word.
    func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
    let control = (word &- ones &* 0x20) & ~word
    let single = zeros(word ^ (ones &* 0x22)) | zeros(word ^ (ones &* 0x2F)) | zeros(word ^ (ones &* 0x5C))
    // Two signs that differ in one bit.
    let pairs = zeros((word | ones) ^ (ones &* 0x27)) | zeros((word | (ones &* 2)) ^ (ones &* 0x3E))
    return (word | control | single | pairs) & (ones &* 0x80)
  }

  private enum Kind: UInt8 { case plain, quote, backslash, other }

  /// What a byte is inside a string.
  private static let inString: [Kind] = (0...255).map { byte in
    switch byte {
    case 0x22: .quote
    case 0x5C: .backslash
    case 0..<0x20, 0x26, 0x27, 0x2F, 0x3C, 0x3E, 0x80...: .other
    default: .plain
    }
  }

  /// Moves over what follows a backslash. `\"` is the one escape that the site never writes (it has \u0022); a half of a surrogate
  /// pair is none.
  @inline(__always)
  private static func isEscape(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Bool {
    guard index < bytes.count else { return false }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "n"), UInt8(ascii: "\\"), UInt8(ascii: "r"), UInt8(ascii: "t"),
      UInt8(ascii: "b"),
      UInt8(ascii: "f"):
      return true
    case UInt8(ascii: "u"): break
    default: return false
    }
    let text = UnsafeRawBufferPointer(bytes)
    guard let unit = Hexadecimal.codeUnit(text, at: index) else { return false }
    index += 4
    guard unit & 0xF800 == 0xD800 else { return true }
    guard unit < 0xDC00, let low = Hexadecimal.escapedCodeUnit(text, at: index), (0xDC00..<0xE000).contains(low) else {
      return false
    }
    index += 6
    return true
  }
}
