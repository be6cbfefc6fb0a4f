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

  /// Whether a text is compact and escaped as the site escapes. Its grammar is not checked here.
  static func isSiteStyle(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      var inString = false
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if inString {
          switch byte {
          case 0x22: inString = false
          case 0x5C:
            // `\"` is the one escape that the site never writes (it has \u0022).
            guard index < bytes.count, bytes[index] != 0x22 else { return false }
            index += 1
          case 0..<0x20, 0x26, 0x27, 0x2F, 0x3C, 0x3E, 0x80...: return false
          default: break
          }
        } else if byte == 0x22 {
          inString = true
        } else if byte <= 0x20 || byte >= 0x80 {
          return false
        }
      }
      return true
    }
  }
}
