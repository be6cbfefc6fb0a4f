#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the members of a document and the elements of its `data` begin and end, found by brackets and quotes alone: what stands in
/// an element may be no JSON. Linear in the text, however deep it is.
struct LooseDocument {
  /// The members but for `data`, as name and value.
  private(set) var members: [(name: String, value: Range<Int>)] = []
  /// The elements of `data`; one where it is an object.
  private(set) var rows: [Range<Int>] = []
  /// Whether `data` is a list.
  private(set) var isCollection = false
  /// The end of the document in the text.
  private(set) var end = 0

  /// The most elements of `data` that are gone through: a few bytes each could be millions.
  static let mostRows = 10_000

  /// Nil where there are more elements than that, the text is cut off, or brackets do not match: then nothing tells where an element ends.
  init?(_ bytes: UnsafeRawBufferPointer, from start: Int = 0) {
    var scanner = LooseScanner(bytes, at: start)
    guard scanner.take("{") else { return nil }
    if !scanner.take("}") {
      repeat {
        guard let name = scanner.string(), scanner.take(":") else { return nil }
        let text = ByteScanner(bytes).text(name)
        if text == "data", scanner.next == UInt8(ascii: "[") {
          isCollection = true
          guard let rows = scanner.elements(atMost: LooseDocument.mostRows) else { return nil }
          self.rows = rows
        } else {
          guard let value = scanner.value() else { return nil }
          if text == "data", bytes[value.lowerBound] == UInt8(ascii: "{") {
            rows = [value]
          } else {
            members.append((text, value))
          }
        }
      } while scanner.take(",")
      guard scanner.take("}") else { return nil }
    }
    end = scanner.position
  }
}

/// A cursor over text that is JSON in its outlines; white space between tokens is skipped.
struct LooseScanner {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  /// The next byte that is no space; nil at the end.
  var next: UInt8? {
    mutating get {
      skipSpace()
      return position < bytes.count ? bytes[position] : nil
    }
  }

  mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: wanted) else { return false }
    position += 1
    return true
  }

  /// The range between the quotes of a string.
  mutating func string() -> Range<Int>? {
    guard next == UInt8(ascii: "\"") else { return nil }
    var scanner = ByteScanner(bytes, at: position)
    guard let range = try? scanner.string() else { return nil }
    position = scanner.position
    return range
  }

  /// The range of a value: to the bracket that closes it, or to what ends a scalar.
  mutating func value() -> Range<Int>? {
    guard let first = next else { return nil }
    let start = position
    if first == UInt8(ascii: "\"") { return string().map { start..<$0.upperBound + 1 } }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      while position < bytes.count, bytes[position] > 0x20, !",]}\"".utf8.contains(bytes[position]) { position += 1 }
      return position > start ? start..<position : nil
    }
    // What closes each bracket that is open.
    var open: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        guard string() != nil else { return nil }
        continue
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open.popLast() == byte else { return nil }
        if open.isEmpty {
          position += 1
          return start..<position
        }
      default: break
      }
      position += 1
    }
    return nil
  }

  /// The elements of a list; nil also where it has more than so many.
  mutating func elements(atMost most: Int = .max) -> [Range<Int>]? {
    guard take("[") else { return nil }
    var found: [Range<Int>] = []
    if take("]") { return found }
    repeat {
      guard found.count < most, let element = value() else { return nil }
      found.append(element)
    } while take(",")
    return take("]") ? found : nil
  }

  /// The members of an object as far as they can be told apart, each name once.
  mutating func members() -> [(name: Range<Int>, value: Range<Int>)] {
    var found: [(name: Range<Int>, value: Range<Int>)] = []
    guard take("{") else { return found }
    repeat {
      guard let name = string(), take(":"), let value = value() else { return found }
      found.append((name, value))
    } while take(",")
    return found
  }
}
