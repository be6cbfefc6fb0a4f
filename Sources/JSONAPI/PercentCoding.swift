/// Percent-encoding (RFC 3986 section 2.1) over UTF-8.
package enum PercentCoding {
  /// Appends `text` with everything but unreserved characters and the bytes in `literal` encoded, as PHP's `rawurlencode`.
  static func append(_ text: String, keeping literal: [UInt8] = [], to output: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: output.append(byte)
      case _ where literal.contains(byte): output.append(byte)
      default:
        output.append(UInt8(ascii: "%"))
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 0xF)])
      }
    }
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
  static func formDecoded(_ text: some Collection<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    var at = text.startIndex
    while at < text.endIndex {
      let byte = text[at]
      at = text.index(after: at)
      switch byte {
      case UInt8(ascii: "+"): output.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard at < text.endIndex, let high = nibble(text[at]) else {
          output.append(byte)
          break
        }
        let next = text.index(after: at)
        guard next < text.endIndex, let low = nibble(text[next]) else {
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
  static func normalized(_ path: String) -> String {
    guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
    let bytes = Array(path.utf8)
    var output: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = nibble(bytes[at + 1]),
        let low = nibble(bytes[at + 2]), isUnreserved(high << 4 | low)
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

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
