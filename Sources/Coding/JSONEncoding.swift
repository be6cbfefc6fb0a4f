/// How strings are written.
package enum JSONStyle: Sendable {
  /// As the site writes (reference 2.1): ASCII only, `/ < > ' & "` escaped, other characters as lower-case `\uxxxx`.
  case site
  /// As the sample site's OAuth routes write: ASCII only, `/` as it is.
  case oauth
  /// As PHP's `json_encode` writes without flags, and so the token endpoint's refusals and tokens: ASCII only, `/` escaped.
  case php
  /// Compact UTF-8 with the escapes that JSON demands, for files and logs.
  case plain
}

extension JSON {
  /// The compact text of this value.
  package func encoded(_ style: JSONStyle = .site) -> [UInt8] {
    var bytes: [UInt8] = []
    encode(into: &bytes, style)
    return bytes
  }

  /// The compact text of this value as a string.
  package func text(_ style: JSONStyle = .plain) -> String { String(decoding: encoded(style), as: UTF8.self) }

  /// Appends the compact text of this value.
  package func encode(into bytes: inout [UInt8], _ style: JSONStyle = .site) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let digits): bytes.append(contentsOf: digits.utf8)
    case .string(let text): JSON.encode(text, into: &bytes, style)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.encode(into: &bytes, style)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSON.encode(member.name, into: &bytes, style)
        bytes.append(UInt8(ascii: ":"))
        member.value.encode(into: &bytes, style)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// Appends a string with its quotes.
  package static func encode(_ text: String, into bytes: inout [UInt8], _ style: JSONStyle = .site) {
    bytes.append(UInt8(ascii: "\""))
    encodeContent(text, into: &bytes, style)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends what stands between the quotes of a string: runs that need no escape as they are.
  package static func encodeContent(_ text: String, into bytes: inout [UInt8], _ style: JSONStyle = .site) {
    var text = text
    text.withUTF8 { utf8 in
      var start = 0
      var index = 0
      while index < utf8.count {
        let byte = utf8[index]
        guard isEscaped(byte, style) else {
          index += 1
          continue
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
        start = index + (byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4)
        if byte < 0x80 {
          escape(byte, into: &bytes, style)
        } else {
          let scalar = String(decoding: utf8[index..<start], as: UTF8.self)
          for unit in scalar.utf16 { escape(unit, into: &bytes) }
        }
        index = start
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }
  }

  @inline(__always)
  private static func isEscaped(_ byte: UInt8, _ style: JSONStyle) -> Bool {
    switch byte {
    case 0..<0x20, 0x22, 0x5C: true
    case 0x26, 0x27, 0x3C, 0x3E: style == .site
    case 0x2F: style == .site || style == .php
    case 0x80...: style != .plain
    default: false
    }
  }

  private static func escape(_ byte: UInt8, into bytes: inout [UInt8], _ style: JSONStyle) {
    switch byte {
    case 0x2F:
      bytes.append(0x5C)
      bytes.append(byte)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x5C: bytes.append(contentsOf: "\\\\".utf8)
    case 0x22 where style != .site: bytes.append(contentsOf: "\\\"".utf8)
    // PHP's HEX flags write `" & ' < >` in upper case, all other escapes in lower case.
    case 0x20...:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(Hexadecimal.upperDigit(byte >> 4))
      bytes.append(Hexadecimal.upperDigit(byte & 0xF))
    default: escape(UInt16(byte), into: &bytes)
    }
  }

  private static func escape(_ unit: UInt16, into bytes: inout [UInt8]) {
    bytes.append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(Hexadecimal.digit(UInt8(unit >> shift & 0xF))) }
  }
}
