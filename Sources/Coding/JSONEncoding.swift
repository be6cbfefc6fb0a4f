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
      style.escapes.withUnsafeBufferPointer { escapes in
        var start = 0
        var index = 0
        while index < utf8.count {
          let byte = utf8[index]
          guard let escape = escapes[Int(byte)] else {
            index += 1
            continue
          }
          if start < index { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index])) }
          start = index + (byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4)
          if byte < 0x80 {
            bytes.append(contentsOf: escape)
          } else {
            let scalar = String(decoding: utf8[index..<start], as: UTF8.self)
            for unit in scalar.utf16 { JSONStyle.escape(unit, into: &bytes) }
          }
          index = start
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
      }
    }
  }
}

extension JSONStyle {
  /// What stands for each byte of a string: nil for itself; nothing for one of a letter beyond ASCII, which is escaped as a whole.
  fileprivate var escapes: [[UInt8]?] {
    switch self {
    case .site: JSONStyle.ofSite
    case .oauth: JSONStyle.ofOAuth
    case .php: JSONStyle.ofPHP
    case .plain: JSONStyle.ofPlain
    }
  }

  private static let ofSite = table(.site)
  private static let ofOAuth = table(.oauth)
  private static let ofPHP = table(.php)
  private static let ofPlain = table(.plain)

  private static func table(_ style: JSONStyle) -> [[UInt8]?] {
    (0...255).map { byte in style.isEscaped(byte) ? byte < 0x80 ? style.escape(byte) : [] : nil }
  }

  private func isEscaped(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<0x20, 0x22, 0x5C: true
    case 0x26, 0x27, 0x3C, 0x3E: self == .site
    case 0x2F: self == .site || self == .php
    case 0x80...: self != .plain
    default: false
    }
  }

  private func escape(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case 0x2F: return [0x5C, byte]
    case 0x08: return Array("\\b".utf8)
    case 0x09: return Array("\\t".utf8)
    case 0x0A: return Array("\\n".utf8)
    case 0x0C: return Array("\\f".utf8)
    case 0x0D: return Array("\\r".utf8)
    case 0x5C: return Array("\\\\".utf8)
    case 0x22 where self != .site: return Array("\\\"".utf8)
    // PHP's HEX flags write `" & ' < >` in upper case, all other escapes in lower case.
    case 0x20...: return Array("\\u00".utf8) + [Hexadecimal.upperDigit(byte >> 4), Hexadecimal.upperDigit(byte & 0xF)]
    default:
      var bytes: [UInt8] = []
      JSONStyle.escape(UInt16(byte), into: &bytes)
      return bytes
    }
  }

  fileprivate static func escape(_ unit: UInt16, into bytes: inout [UInt8]) {
    bytes.append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(Hexadecimal.digit(UInt8(unit >> shift & 0xF))) }
  }
}
