import Coding

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A cursor over compact JSON bytes that finds where values begin and end without making values of them.
///
/// It checks the grammar of RFC 8259 but for what stands inside strings, and takes no white space between tokens: what the
/// site sends has none, and anything else goes through `SiteStyle.normalized` first.
struct ByteScanner {
  let bytes: UnsafeRawBufferPointer
  var position: Int
  private var depth = 0

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  func failure(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: position) }

  /// The byte under the cursor; 0 at the end.
  var byte: UInt8 {
    @inline(__always) get { position < bytes.count ? bytes[position] : 0 }
  }

  /// Moves over one expected byte.
  @inline(__always)
  mutating func expect(_ expected: Unicode.Scalar) throws(JSONSyntaxError) {
    guard byte == UInt8(ascii: expected) else {
      throw failure(position < bytes.count ? "'\(expected)' should be here" : "the text ends too early")
    }
    position += 1
  }

  /// Moves over one byte when it is the given one.
  @inline(__always)
  mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: wanted) else { return false }
    position += 1
    return true
  }

  /// Moves over a string and gives the range between its quotes, escapes as they stand.
  mutating func string() throws(JSONSyntaxError) -> Range<Int> {
    try expect("\"")
    let start = position
    guard let base = bytes.baseAddress else { throw failure("the text ends too early") }
    while position < bytes.count, let found = memchr(base + position, 0x22, bytes.count - position) {
      let quote = base.distance(to: UnsafeRawPointer(found))
      position = quote + 1
      var slashes = 0
      while quote - slashes > start, bytes[quote - slashes - 1] == 0x5C { slashes += 1 }
      if slashes.isMultiple(of: 2) { return start..<quote }
    }
    position = bytes.count
    throw failure("a string does not end")
  }

  /// Moves over any value and gives its range.
  @discardableResult
  mutating func value() throws(JSONSyntaxError) -> Range<Int> {
    let start = position
    switch byte {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"):
      try nest()
      if !take("}") {
        repeat {
          _ = try string()
          try expect(":")
          try value()
        } while take(",")
        try expect("}")
      }
      depth -= 1
    case UInt8(ascii: "["):
      try nest()
      if !take("]") {
        repeat { try value() } while take(",")
        try expect("]")
      }
      depth -= 1
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: try number()
    }
    return start..<position
  }

  private mutating func nest() throws(JSONSyntaxError) {
    position += 1
    depth += 1
    guard depth <= 512 else { throw failure("nested deeper than 512") }
  }

  private mutating func word(_ text: StaticString) throws(JSONSyntaxError) {
    let length = text.utf8CodeUnitCount
    guard let base = bytes.baseAddress, position + length <= bytes.count,
      memcmp(base + position, text.utf8Start, length) == 0
    else { throw failure("unknown word") }
    position += length
  }

  private mutating func number() throws(JSONSyntaxError) {
    if byte == UInt8(ascii: "-") { position += 1 }
    let leadingZero = byte == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !leadingZero || whole == 1 else {
      throw failure(position < bytes.count ? "not a value" : "the text ends too early")
    }
    if byte == UInt8(ascii: ".") {
      position += 1
      guard digits() > 0 else { throw failure("a digit should follow the point") }
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw failure("a digit should follow the exponent sign") }
    }
  }

  private mutating func digits() -> Int {
    let start = position
    while byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  /// Walks the members of an object. The body gets the range of the name and must move the cursor over the value.
  mutating func members(
    _ body: (inout ByteScanner, Range<Int>) throws(JSONSyntaxError) -> Void
  ) throws(JSONSyntaxError) {
    try expect("{")
    if take("}") { return }
    repeat {
      let name = try string()
      try expect(":")
      try body(&self, name)
    } while take(",")
    try expect("}")
  }

  /// Walks the elements of an array. The body must move the cursor over the element.
  mutating func elements(
    _ body: (inout ByteScanner) throws(JSONSyntaxError) -> Void
  ) throws(JSONSyntaxError) {
    try expect("[")
    if take("]") { return }
    repeat { try body(&self) } while take(",")
    try expect("]")
  }

  /// Whether the bytes in a range are this text.
  @inline(__always)
  func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount, let base = bytes.baseAddress else { return false }
    return memcmp(base + range.lowerBound, text.utf8Start, range.count) == 0
  }

  /// Whether the bytes in a range are these.
  @inline(__always)
  func matches(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
    guard range.count == text.count, let base = bytes.baseAddress else { return false }
    return memcmp(base + range.lowerBound, text, range.count) == 0
  }

  /// Whether the bytes in a range begin with these.
  func begins(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
    range.count >= text.count && matches(range.lowerBound..<(range.lowerBound + text.count), text)
  }

  /// The bytes of a range.
  func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

  /// The value of a string range; escapes are resolved.
  func text(_ range: Range<Int>) -> String {
    let quoted = [0x22] + Array(slice(range)) + [0x22]
    return (try? JSON(parsing: quoted).string) ?? String(decoding: slice(range), as: UTF8.self)
  }

  /// The value of a string range that is a name, such as a type's: nearly none has escapes.
  func name(_ range: Range<Int>) -> String {
    let bytes = slice(range)
    return bytes.contains(0x5C) ? text(range) : String(decoding: bytes, as: UTF8.self)
  }

  /// The id that a string range holds; nil for what names no resource, such as `missing` (reference 2.7).
  func id(_ range: Range<Int>) -> ResourceID? {
    if matches(range, "missing") || matches(range, "virtual") { return nil }
    let bytes = slice(range)
    if bytes.contains(0x5C) { return ResourceID(text(range)) }
    return ResourceID(utf8: bytes)
  }

  /// The value of a serial number, which some sites write as a text; nil for anything else.
  func serialNumber(_ value: Range<Int>) -> Int64? {
    guard value.count >= 2, bytes[value.lowerBound] == UInt8(ascii: "\"") else { return integer(value) }
    return integer(value.lowerBound + 1..<value.upperBound - 1)
  }

  /// The value of a whole number without sign or exponent; nil for anything else.
  func integer(_ range: Range<Int>) -> Int64? {
    guard !range.isEmpty, range.count <= 18 else { return nil }
    var value: Int64 = 0
    for byte in slice(range) {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    return value
  }
}

/// Whether two runs of bytes are the same.
@inline(__always)
func sameBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  guard let a = left.baseAddress, let b = right.baseAddress else { return true }
  return memcmp(a, b, left.count) == 0
}

/// Where `needle` first stands in `bytes` at or after `start`.
func firstOccurrence(of needle: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
  guard let base = bytes.baseAddress, let pattern = needle.baseAddress, let first = needle.first else { return nil }
  var position = start
  let last = bytes.count - needle.count
  while position <= last, let found = memchr(base + position, Int32(first), last - position + 1) {
    let candidate = base.distance(to: UnsafeRawPointer(found))
    if memcmp(found, pattern, needle.count) == 0 { return candidate }
    position = candidate + 1
  }
  return nil
}
