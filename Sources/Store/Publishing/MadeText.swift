import JSONAPI

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Texts that are made for one row, in memory that is kept for the next.
final class MadeText {
  private(set) var count = 0
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)

  deinit { memory.deallocate() }

  func removeAll() { count = 0 }

  /// Makes room for so many bytes more. What was read before may be elsewhere after that.
  func reserve(_ more: Int) {
    guard count + more > memory.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count + more, 2 * memory.count), alignment: 1)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    memory.deallocate()
    memory = larger
  }

  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[range]) }

  /// Appends bytes, which are not of its own where there is no room yet.
  @discardableResult
  func append(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
    reserve(bytes.count)
    UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + bytes.count]).copyMemory(from: bytes)
    count += bytes.count
    return count - bytes.count..<count
  }

  /// Appends a byte.
  func append(_ byte: UInt8) {
    reserve(1)
    put(byte)
  }

  /// Appends what a JSON string says; `bytes` is between its quotes.
  /// - Returns: nil where SQLite may say something else: U+0000, halves of surrogate pairs, and the mark of the base URL as an escape.
  func unescape(_ bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    // No escape is shorter than what it stands for.
    reserve(bytes.count)
    let start = count
    var index = 0
    while index < bytes.count {
      let escape = MadeText.first(0x5C, in: bytes, from: index) ?? bytes.count
      append(UnsafeRawBufferPointer(rebasing: bytes[index..<escape]))
      index = escape
      guard index < bytes.count else { break }
      guard let length = append(escapeAt: index, bytes) else { return nil }
      index += length
    }
    return start..<count
  }

  private func append(escapeAt index: Int, _ bytes: UnsafeRawBufferPointer) -> Int? {
    guard index + 1 < bytes.count else { return nil }
    switch bytes[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "\\"): put(bytes[index + 1])
    case UInt8(ascii: "b"): put(0x08)
    case UInt8(ascii: "f"): put(0x0C)
    case UInt8(ascii: "n"): put(0x0A)
    case UInt8(ascii: "r"): put(0x0D)
    case UInt8(ascii: "t"): put(0x09)
    case UInt8(ascii: "u"):
      guard let unit = Hexadecimal.escapedCodeUnit(bytes, at: index), unit != 0, unit != 0xFDD0 else { return nil }
      guard (0xD800...0xDFFF).contains(unit) else {
        put(scalar: UInt32(unit))
        return 6
      }
      guard unit < 0xDC00, let low = Hexadecimal.escapedCodeUnit(bytes, at: index + 6), (0xDC00...0xDFFF).contains(low)
      else { return nil }
      put(scalar: 0x1_0000 + UInt32(unit - 0xD800) << 10 + UInt32(low - 0xDC00))
      return 12
    default: return nil
    }
    return 2
  }

  /// Adds a byte, for which there is room.
  private func put(_ byte: UInt8) {
    memory[count] = byte
    count += 1
  }

  private func put(scalar: UInt32) {
    func follow(_ shift: UInt32) { put(0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F)) }
    switch scalar {
    case ..<0x80: put(UInt8(truncatingIfNeeded: scalar))
    case ..<0x800:
      put(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
      follow(0)
    case ..<0x1_0000:
      put(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
      follow(6)
      follow(0)
    default:
      put(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
      follow(12)
      follow(6)
      follow(0)
    }
  }

  /// Where a byte first stands at or behind a place.
  static func first(_ byte: Int32, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count,
      let found = memchr(base + start, byte, bytes.count - start)
    else { return nil }
    return base.distance(to: UnsafeRawPointer(found))
  }

  /// Where the marks of the base URL are.
  static func marks(in bytes: UnsafeRawBufferPointer) -> [Int] {
    let mark = BaseMark.bytes
    var places: [Int] = []
    var index = 0
    while let found = first(Int32(mark[0]), in: bytes, from: index) {
      let end = found + mark.count
      let isMark = end <= bytes.count && bytes[found..<end].elementsEqual(mark)
      if isMark { places.append(found) }
      index = isMark ? end : found + 1
    }
    return places
  }
}
