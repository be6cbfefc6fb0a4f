/// Hexadecimal digits, two a byte (RFC 4648, 8). Whoever writes or reads digits byte by byte takes them from here; the compiler
/// puts them in place, so that no call is made per digit.
@usableFromInline
package enum Hexadecimal {
  /// The lower-case digit of a value from 0 to 15.
  @inlinable @inline(__always)
  package static func digit(_ value: UInt8) -> UInt8 { 0x30 &+ value &+ (value < 10 ? 0 : 0x27) }

  /// The upper-case digit of a value from 0 to 15.
  @inlinable @inline(__always)
  package static func upperDigit(_ value: UInt8) -> UInt8 { 0x30 &+ value &+ (value < 10 ? 0 : 0x07) }

  /// The value of a digit in either case; nil for any other byte.
  @inlinable @inline(__always)
  package static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit &- 0x30
    case 0x41...0x46: digit &- 0x37
    case 0x61...0x66: digit &- 0x57
    default: nil
    }
  }

  /// The number of the four digits at a place, which are a code unit of a JSON text (RFC 8259, 7); nil where there are fewer.
  @inlinable @inline(__always)
  package static func codeUnit(_ bytes: UnsafeRawBufferPointer, at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var unit: UInt16 = 0
    for index in start..<start + 4 {
      guard let digit = value(of: bytes[index]) else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// The code unit of `\uXXXX` at a place; nil where there is none.
  @inlinable @inline(__always)
  package static func escapedCodeUnit(_ bytes: UnsafeRawBufferPointer, at start: Int) -> UInt16? {
    guard start + 6 <= bytes.count, bytes[start] == 0x5C, bytes[start + 1] == UInt8(ascii: "u") else { return nil }
    return codeUnit(bytes, at: start + 2)
  }

  /// Two lower-case digits a byte.
  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 0xF))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text of digits in either case; nil for an odd number of them, and where anything else stands among them.
  package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for byte in text.utf8 {
      guard let value = value(of: byte) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }
}
