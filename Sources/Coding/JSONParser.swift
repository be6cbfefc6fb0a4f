/// A text that is not JSON: what was wrong, and at which byte.
package struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was expected or found.
  package var reason: String
  /// Bytes from the start of the text.
  package var offset: Int
  /// Whether nothing is wrong with it, but reading it was to go on no longer.
  package var isStopped: Bool
  /// One line for the operator.
  package var description: String { "not JSON: \(reason) at byte \(offset)" }

  /// A fault at this byte, or a stop there.
  package init(reason: String, offset: Int, isStopped: Bool = false) {
    self.reason = reason
    self.offset = offset
    self.isStopped = isStopped
  }
}

extension JSON {
  /// Parses one JSON text (RFC 8259), white space around it allowed, nesting up to 512 deep as in PHP. Takes time by the length
  /// of the text, whatever it is: letters with more than 256 marks, which take longer to compare, are refused.
  /// - Parameter goesOn: asked now and then whether to go on; nil to go on to the end.
  /// - Throws: `JSONSyntaxError` at the first byte that does not fit.
  package init(parsing bytes: some Sequence<UInt8>, while goesOn: (() -> Bool)? = nil) throws(JSONSyntaxError) {
    let copy = Array(bytes)
    guard let goesOn else {
      var parser = JSONParser(bytes: copy[...])
      self = try parser.document()
      return
    }
    var outcome = Result<JSON, JSONSyntaxError>.failure(JSONSyntaxError(reason: "nothing was read", offset: 0))
    withoutActuallyEscaping(goesOn) { goesOn in
      var parser = JSONParser(bytes: copy[...], while: goesOn)
      do throws(JSONSyntaxError) { outcome = .success(try parser.document()) } catch { outcome = .failure(error) }
    }
    self = try outcome.get()
  }

  /// Parses one JSON text given as an array: as `init(parsing:while:)`, but other rooms call it without going by way of a protocol.
  /// - Throws: `JSONSyntaxError` at the first byte that does not fit.
  package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes: bytes[...])
    self = try parser.document()
  }

  /// Parses a JSON text given as a string.
  /// - Throws: `JSONSyntaxError` at the first byte that does not fit.
  package init(parsing text: String) throws(JSONSyntaxError) { try self.init(parsing: text.utf8) }
}

/// A recursive descent over bytes.
struct JSONParser {
  let bytes: ArraySlice<UInt8>
  var at: Int
  private var depth = 0
  private let goesOn: (() -> Bool)?
  /// Where it is asked again whether to go on.
  private var look: Int
  /// So many bytes are read in between.
  private static let stride = 65_536

  init(bytes: ArraySlice<UInt8>, while goesOn: (() -> Bool)? = nil) {
    self.bytes = bytes
    self.goesOn = goesOn
    at = bytes.startIndex
    look = goesOn == nil ? .max : at
  }

  private func failure(_ reason: String) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, offset: at - bytes.startIndex)
  }

  private var byte: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  mutating func document() throws(JSONSyntaxError) -> JSON {
    let value = try self.value()
    skipSpace()
    guard at == bytes.endIndex else { throw failure("text after the value") }
    return value
  }

  private mutating func value() throws(JSONSyntaxError) -> JSON {
    skipSpace()
    if at >= look {
      guard goesOn?() ?? true else {
        throw JSONSyntaxError(reason: "it takes too long", offset: at - bytes.startIndex, isStopped: true)
      }
      look = at + JSONParser.stride
    }
    switch byte {
    case UInt8(ascii: "{"): return try nested { parser throws(JSONSyntaxError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(JSONSyntaxError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case nil: throw failure("the text ends where a value should be")
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSON
  ) throws(JSONSyntaxError) -> JSON {
    depth += 1
    guard depth <= 512 else { throw failure("nested deeper than 512") }
    defer { depth -= 1 }
    at += 1
    return try body(&self)
  }

  private mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
    for offset in 0..<text.utf8CodeUnitCount {
      guard at < bytes.endIndex, bytes[at] == text.utf8Start[offset] else { throw failure("unknown word") }
      at += 1
    }
    return value
  }

  private mutating func object() throws(JSONSyntaxError) -> JSON {
    var members: [JSONObject.Member] = []
    skipSpace()
    if byte == UInt8(ascii: "}") {
      at += 1
      return .object(JSONObject())
    }
    while true {
      skipSpace()
      guard byte == UInt8(ascii: "\"") else { throw failure("a member's name should be here") }
      let name = try string()
      skipSpace()
      guard byte == UInt8(ascii: ":") else { throw failure("':' should be here") }
      at += 1
      members.append(.init(name: name, value: try value()))
      skipSpace()
      if byte == UInt8(ascii: ",") {
        at += 1
      } else if byte == UInt8(ascii: "}") {
        at += 1
        break
      } else {
        throw failure("',' or '}' should be here")
      }
    }
    return .object(JSONObject(read: members))
  }

  private mutating func array() throws(JSONSyntaxError) -> JSON {
    var elements: [JSON] = []
    skipSpace()
    if byte == UInt8(ascii: "]") {
      at += 1
      return .array([])
    }
    while true {
      elements.append(try value())
      skipSpace()
      if byte == UInt8(ascii: ",") {
        at += 1
      } else if byte == UInt8(ascii: "]") {
        at += 1
        return .array(elements)
      } else {
        throw failure("',' or ']' should be here")
      }
    }
  }

  private mutating func number() throws(JSONSyntaxError) -> JSON {
    let start = at
    if byte == UInt8(ascii: "-") { at += 1 }
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[at - whole] != UInt8(ascii: "0") else { throw failure("not a value") }
    if byte == UInt8(ascii: ".") {
      at += 1
      guard digits() > 0 else { throw failure("a digit should follow the point") }
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      at += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
      guard digits() > 0 else { throw failure("a digit should follow the exponent sign") }
    }
    return .number(String(decoding: bytes[start..<at], as: UTF8.self))
  }

  private mutating func digits() -> Int {
    let start = at
    while let byte, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
    return at - start
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    at += 1
    let start = at
    while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
    guard let byte else { throw failure("a string does not end") }
    if byte == UInt8(ascii: "\"") {
      at += 1
      return try text(bytes[start..<(at - 1)])
    }
    var unescaped = Array(bytes[start..<at])
    while let byte = self.byte {
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(unescaped[...])
      case UInt8(ascii: "\\"): try escape(into: &unescaped)
      case 0..<0x20: throw failure("a control character in a string")
      default: unescaped.append(byte)
      }
    }
    throw failure("a string does not end")
  }

  private func text(_ utf8: ArraySlice<UInt8>) throws(JSONSyntaxError) -> String {
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

  private mutating func escape(into output: inout [UInt8]) throws(JSONSyntaxError) {
    guard let byte else { throw failure("a string does not end") }
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hex4()
      if (0xD800..<0xDC00).contains(code), at + 1 < bytes.endIndex, bytes[at] == UInt8(ascii: "\\"),
        bytes[at + 1] == UInt8(ascii: "u")
      {
        at += 2
        let low = try hex4()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
      output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func hex4() throws(JSONSyntaxError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Hexadecimal.value(of: byte) else {
        throw failure("four hexadecimal digits should follow \\u")
      }
      code = code << 4 | UInt32(digit)
      at += 1
    }
    return code
  }
}
