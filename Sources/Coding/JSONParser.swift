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
      self = try JSON.parsed(copy, nil)
      return
    }
    var outcome = Result<JSON, JSONSyntaxError>.failure(JSONSyntaxError(reason: "nothing was read", offset: 0))
    withoutActuallyEscaping(goesOn) { goesOn in
      do throws(JSONSyntaxError) { outcome = .success(try JSON.parsed(copy, goesOn)) } catch {
        outcome = .failure(error)
      }
    }
    self = try outcome.get()
  }

  /// Parses one JSON text given as an array: as `init(parsing:while:)`, but other rooms call it without going by way of a protocol.
  /// - Throws: `JSONSyntaxError` at the first byte that does not fit.
  package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) { self = try JSON.parsed(bytes, nil) }

  private static func parsed(_ bytes: [UInt8], _ goesOn: (() -> Bool)?) throws(JSONSyntaxError) -> JSON {
    try bytes.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
      var parser = JSONParser(bytes: bytes, while: goesOn)
      return try parser.document()
    }
  }

  /// Parses a JSON text given as a string.
  /// - Throws: `JSONSyntaxError` at the first byte that does not fit.
  package init(parsing text: String) throws(JSONSyntaxError) { try self.init(parsing: text.utf8) }
}

/// A recursive descent over bytes.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var at = 0
  private var depth = 0
  private let goesOn: (() -> Bool)?
  /// Where it is asked again whether to go on.
  private var look: Int
  /// So many bytes are read in between.
  private static let stride = 65_536

  /// - Parameter bytes: borrowed: they stay as long as the parser is used.
  init(bytes: UnsafeBufferPointer<UInt8>, while goesOn: (() -> Bool)? = nil) {
    self.bytes = bytes
    self.goesOn = goesOn
    look = goesOn == nil ? .max : at
  }

  func failure(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: at) }

  var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  mutating func document() throws(JSONSyntaxError) -> JSON {
    let value = try self.value()
    skipSpace()
    guard at == bytes.count else { throw failure("text after the value") }
    return value
  }

  private mutating func value() throws(JSONSyntaxError) -> JSON {
    skipSpace()
    if at >= look {
      guard goesOn?() ?? true else {
        throw JSONSyntaxError(reason: "it takes too long", offset: at, isStopped: true)
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
      guard at < bytes.count, bytes[at] == text.utf8Start[offset] else { throw failure("unknown word") }
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
    return .number(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self))
  }

  private mutating func digits() -> Int {
    let start = at
    while let byte, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
    return at - start
  }
}
