import Foundation

/// Text as the site's database compares it (MariaDB `utf8mb4_general_ci`): without case and accents, character by character.
/// The folded form is UTF-8 of one weight per character, so that its byte order is the collation's order.
package enum GeneralCollation {
  /// The folded form of UTF-8 text.
  /// - Parameter trimmed: without spaces at the end, which count for nothing but in `LIKE` (PAD SPACE).
  package static func fold(_ text: UnsafeBufferPointer<UInt8>, trimmed: Bool) -> [UInt8] {
    var folded: [UInt8] = []
    folded.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte < 0x80 {
        folded.append(byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte)
        at += 1
        continue
      }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      guard byte >= 0xC2, at + length <= text.count else {
        folded.append(byte)
        at += 1
        continue
      }
      var value = UInt32(byte & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07))
      for offset in 1..<length { value = value << 6 | UInt32(text[at + offset] & 0x3F) }
      append(weight(value), to: &folded)
      at += length
    }
    if trimmed { while folded.last == 0x20 { folded.removeLast() } }
    return folded
  }

  /// The folded form of a string.
  package static func fold(_ text: String, trimmed: Bool) -> String {
    var text = text
    return String(decoding: text.withUTF8 { fold($0, trimmed: trimmed) }, as: UTF8.self)
  }

  private static func append(_ weight: UInt32, to bytes: inout [UInt8]) {
    switch weight {
    case ..<0x80: bytes.append(UInt8(weight))
    case ..<0x800:
      bytes.append(UInt8(0xC0 | weight >> 6))
      bytes.append(UInt8(0x80 | weight & 0x3F))
    default:
      bytes.append(UInt8(0xE0 | weight >> 12))
      bytes.append(UInt8(0x80 | weight >> 6 & 0x3F))
      bytes.append(UInt8(0x80 | weight & 0x3F))
    }
  }

  private static func weight(_ scalar: UInt32) -> UInt32 {
    // Beyond the basic plane every character weighs the same.
    if scalar > 0xFFFF { return 0xFFFD }
    return scalar < UInt32(weights.count) ? UInt32(weights[Int(scalar)]) : upper(scalar)
  }

  /// Scripts with accents: Latin, Greek, Cyrillic and what stands up to the symbols.
  private static let weights: [UInt16] = (0..<UInt32(0x2500)).map { UInt16(base(of: $0)) }

  private static func base(of value: UInt32) -> UInt32 {
    guard let scalar = Unicode.Scalar(value) else { return value }
    // The collation knows no expansions, and takes this one letter for its first half.
    if value == 0xDF || value == 0x1E9E { return 0x53 }
    // A short i is a letter of its own there, unlike other letters with marks.
    if value == 0x0419 || value == 0x0439 { return 0x0419 }
    let first = String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars.first?.value ?? value
    return upper(first)
  }

  private static func upper(_ value: UInt32) -> UInt32 {
    guard let scalar = Unicode.Scalar(value) else { return value }
    let mapped = scalar.properties.uppercaseMapping.unicodeScalars
    guard mapped.count == 1, let first = mapped.first, first.value <= 0xFFFF else { return value }
    return first.value
  }
}

/// The number at the start of a text, 0 without one: how the site's database reads text that it compares with a number.
package func leadingNumber(_ text: String) -> Double {
  let bytes = Array(text.utf8)
  var at = 0
  while at < bytes.count, bytes[at] == 0x20 || (0x09...0x0D).contains(bytes[at]) { at += 1 }
  let start = at
  func digits() -> Int {
    let from = at
    while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    return at - from
  }
  if at < bytes.count, bytes[at] == 0x2B || bytes[at] == 0x2D { at += 1 }
  var count = digits()
  if at < bytes.count, bytes[at] == 0x2E {
    at += 1
    count += digits()
  }
  guard count > 0 else { return 0 }
  var end = at
  if at < bytes.count, bytes[at] | 0x20 == 0x65 {
    at += 1
    if at < bytes.count, bytes[at] == 0x2B || bytes[at] == 0x2D { at += 1 }
    if digits() > 0 { end = at }
  }
  var number = String(decoding: bytes[start..<end], as: UTF8.self)
  if number.utf8.last == 0x2E { number += "0" }
  return Double(number) ?? 0
}
