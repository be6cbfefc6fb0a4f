/// Percent-encoding (RFC 3986 section 2.1) over UTF-8.
@usableFromInline
package enum PercentCoding {
  /// Appends `text` with everything but unreserved characters and the bytes in `literal` encoded, as PHP's `rawurlencode`.
  package static func append(_ text: String, keeping literal: [UInt8] = [], to output: inout [UInt8]) {
    for byte in text.utf8 {
      if isUnreserved(byte) || literal.contains(byte) { output.append(byte) } else { escape(byte, into: &output) }
    }
  }

  /// Appends a byte as `%` and two upper-case digits.
  package static func escape(_ byte: UInt8, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "%"))
    output.append(Hexadecimal.upperDigit(byte >> 4))
    output.append(Hexadecimal.upperDigit(byte & 0xF))
  }

  /// The encoded form of `text`.
  /// - Parameter literal: bytes that stay besides the unreserved characters.
  package static func encoded(_ text: String, keeping literal: [UInt8] = []) -> String {
    var output: [UInt8] = []
    append(text, keeping: literal, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// The bytes of an `application/x-www-form-urlencoded` text, as PHP's `urldecode`: `+` is a space, a `%` that is not
  /// followed by two hexadecimal digits stands for itself.
  @inlinable
  package static func formDecoded(_ text: some Collection<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    var at = text.startIndex
    while at < text.endIndex {
      let byte = text[at]
      at = text.index(after: at)
      switch byte {
      case UInt8(ascii: "+"): output.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard at < text.endIndex, let high = Hexadecimal.value(of: text[at]) else {
          output.append(byte)
          break
        }
        let next = text.index(after: at)
        guard next < text.endIndex, let low = Hexadecimal.value(of: text[next]) else {
          output.append(byte)
          break
        }
        output.append(high << 4 | low)
        at = text.index(after: next)
      default: output.append(byte)
      }
    }
    return output
  }

  /// A percent-encoded path in which escapes of unreserved characters are these characters.
  package static func normalized(_ path: String) -> String {
    guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
    let bytes = Array(path.utf8)
    var output: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = Hexadecimal.value(of: bytes[at + 1]),
        let low = Hexadecimal.value(of: bytes[at + 2]), isUnreserved(high << 4 | low)
      {
        output.append(high << 4 | low)
        at += 3
      } else {
        output.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Letters, digits and `-._~` (RFC 3986 section 2.3).
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
  }

  /// The text of a percent-encoded path; a `%` that is not followed by two hexadecimal digits stands for itself.
  package static func decodedPath(_ path: String) -> String {
    guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
    // A plus sign is no space in a path.
    return String(decoding: formDecoded(Array(path.replacing("+", with: "%2B").utf8)), as: UTF8.self)
  }
}
