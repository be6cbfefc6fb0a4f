/// The strings of a JSON text: most of its bytes. What stands for itself is looked at once, and copied as it is.
extension JSONParser {
  /// A string, from its first quote on.
  mutating func string() throws(JSONSyntaxError) -> String {
    at += 1
    let start = at
    let seen = run()
    guard let byte else { throw failure("a string does not end") }
    if byte == UInt8(ascii: "\"") {
      at += 1
      return try text(UnsafeBufferPointer(rebasing: bytes[start..<at - 1]), isASCII: seen < 0x80)
    }
    at = start
    var parser = self
    let outcome = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest(from: start)) { output in
      Result { () throws(JSONSyntaxError) in try parser.escaped(into: output) }
    }
    self = parser
    return try outcome.get()
  }

  /// Moves over what stands for itself in a string.
  /// - Returns: of all its bytes together what they have: less than 0x80 where none is of a letter beyond ASCII.
  @inline(__always)
  private mutating func run() -> UInt8 {
    var (at, seen) = (self.at, UInt8(0))
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      seen |= byte
      at += 1
    }
    self.at = at
    return seen
  }

  /// The bytes up to the end of a string, whatever they are: what they stand for is no longer.
  private func longest(from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
    return min(end, bytes.count) - start
  }

  /// A string with escapes, from behind its first quote.
  /// - Parameter output: of the length that `longest` says.
  private mutating func escaped(into output: UnsafeMutableBufferPointer<UInt8>) throws(JSONSyntaxError) -> String {
    var count = 0
    var seen: UInt8 = 0
    while at < bytes.count {
      let start = at
      seen |= run()
      for index in start..<at { output[count + index - start] = bytes[index] }
      count += at - start
      guard let byte else { break }
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        return try text(UnsafeBufferPointer(rebasing: output[..<count]), isASCII: seen < 0x80)
      case UInt8(ascii: "\\"):
        let scalar = try escape()
        if scalar.value < 0x80 {
          output[count] = UInt8(truncatingIfNeeded: scalar.value)
          count += 1
        } else {
          seen = 0x80
          for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            output[count] = unit
            count += 1
          }
        }
      default: throw failure("a control character in a string")
      }
    }
    throw failure("a string does not end")
  }

  private func text(_ utf8: UnsafeBufferPointer<UInt8>, isASCII: Bool) throws(JSONSyntaxError) -> String {
    if isASCII { return String(decoding: utf8, as: UTF8.self) }
    guard let text = String(validating: utf8, as: UTF8.self) else { throw failure("bytes that are not UTF-8") }
    if utf8.count > JSONParser.mostMarks, !JSONParser.isSafe(text) { throw failure("a letter with too many marks") }
    return text
  }

  /// So many marks on one letter are more than any writing has. Comparing takes time by their square.
  private static let mostMarks = 256

  private static func isSafe(_ text: String) -> Bool {
    var marks = 0
    for scalar in text.unicodeScalars {
      // No character below has a class.
      marks = scalar.value < 0x300 || scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
      if marks > mostMarks { return false }
    }
    return true
  }

  /// What stands behind a backslash.
  @inline(__always)
  private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
    guard let byte else { throw failure("a string does not end") }
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = UInt32(try codeUnit())
      if code & 0xFC00 == 0xD800, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
        bytes[at + 1] == UInt8(ascii: "u")
      {
        at += 2
        let low = UInt32(try codeUnit())
        guard low & 0xFC00 == 0xDC00 else { throw failure("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
      return scalar
    default: throw failure("an unknown escape")
    }
  }

  @inline(__always)
  private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
    guard let unit = Hexadecimal.codeUnit(UnsafeRawBufferPointer(bytes), at: at) else {
      while let byte, Hexadecimal.value(of: byte) != nil { at += 1 }
      throw failure("four hexadecimal digits should follow \\u")
    }
    at += 4
    return unit
  }
}
