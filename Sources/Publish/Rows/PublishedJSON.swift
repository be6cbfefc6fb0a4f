import Coding

/// A JSON text as `jsonb` takes it (PostgreSQL, "JSON Types"): it has no U+0000 and no half of a surrogate pair, `numeric` has an end, and
/// depth costs the server's stack. Goes over the bytes once; what is no JSON at all the server finds.
struct PublishedJSON {
  /// The text.
  private(set) var bytes: [UInt8] = []
  /// What was repaired.
  private(set) var oddity: ValueOddity?

  private static let deepest = 500
  /// Digits of a number, and of its exponent.
  private static let longestNumber = 1_000
  private static let longestExponent = 3
  private static let replacement = Array(#"\ufffd"#.utf8)

  /// Reads a text.
  /// - Returns: false where it can only be left out.
  mutating func read(_ text: UnsafeRawBufferPointer) -> Bool {
    bytes.reserveCapacity(text.count)
    var depth = 0
    var isString = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      if isString {
        index = string(text, index, &isString)
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard let end = PublishedJSON.number(text, index) else { return false }
        bytes += UnsafeRawBufferPointer(rebasing: text[index..<end])
        index = end
        continue
      default: break
      }
      guard depth <= PublishedJSON.deepest else { return false }
      bytes.append(byte)
      index += 1
    }
    return !isString && depth == 0
  }

  /// Signs of a string up to the next one that may mean something, that one, or the end of it.
  /// - Returns: where to go on.
  private mutating func string(_ text: UnsafeRawBufferPointer, _ index: Int, _ isString: inout Bool) -> Int {
    let byte = text[index]
    var end = index
    while end < text.count, text[end] != 0x5C, text[end] != 0x22, text[end] >= 0x20 { end += 1 }
    guard end == index else {
      bytes += UnsafeRawBufferPointer(rebasing: text[index..<end])
      return end
    }
    guard byte == 0x5C else {
      if byte == UInt8(ascii: "\"") { isString = false }
      // JSON has no such signs but with an escape.
      if byte < 0x20 { return control(byte, index) }
      bytes.append(byte)
      return index + 1
    }
    guard index + 1 < text.count, text[index + 1] == UInt8(ascii: "u") else {
      bytes += text[index..<min(text.count, index + 2)]
      return index + 2
    }
    let unit = Hexadecimal.escapedCodeUnit(text, at: index)
    switch unit {
    case 0?: return replaced(.zero, index)
    case (0xD800...0xDBFF)?:
      guard let next = Hexadecimal.escapedCodeUnit(text, at: index + 6), (0xDC00...0xDFFF).contains(next) else {
        return replaced(.surrogate, index)
      }
      bytes += text[index..<index + 12]
      return index + 12
    case (0xDC00...0xDFFF)?: return replaced(.surrogate, index)
    default:
      let end = min(text.count, index + 6)
      bytes += text[index..<end]
      return end
    }
  }

  private mutating func control(_ byte: UInt8, _ index: Int) -> Int {
    if byte == 0 {
      oddity = .zero
      bytes += PublishedJSON.replacement
    } else {
      bytes += (byte < 0x10 ? "\\u000" : "\\u00").utf8
      bytes += String(byte, radix: 16).utf8
    }
    return index + 1
  }

  private mutating func replaced(_ oddity: ValueOddity, _ index: Int) -> Int {
    self.oddity = oddity
    bytes += PublishedJSON.replacement
    return index + 6
  }

  /// Where a number ends; nil where it is too long or too great.
  private static func number(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    var end = start
    var exponent: Int?
    while end < text.count {
      switch text[end] {
      case 0x30...0x39: if exponent != nil { exponent = (exponent ?? 0) + 1 }
      case UInt8(ascii: "e"), UInt8(ascii: "E"): exponent = 0
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): break
      default: return end
      }
      end += 1
      if end - start > longestNumber || (exponent ?? 0) > longestExponent { return nil }
    }
    return end
  }
}
