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
        string: while index < bytes.count {
          let byte = bytes[index]
          index += 1
          switch inString[Int(byte)] {
          case .plain: continue
          case .quote: break string
          case .backslash: guard isEscape(bytes, &index) else { return false }
          case .other: return false
          }
        }
      }
      return true
    }
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
