import Foundation

/// Compares bytes, and finds bytes in bytes in time proportional to both, whatever they are: SQLite cannot be stopped inside a function.
enum ByteSearch {
  /// Whether two runs of bytes are the same.
  static func isSame(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count else { return false }
    guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
    return memcmp(start, otherStart, one.count) == 0
  }

  static func found(_ wanted: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> Bool {
    guard let base = text.baseAddress, let start = wanted.baseAddress, let first = wanted.first else { return true }
    let last = text.count - wanted.count
    var at = 0
    // Looking for the first byte is the quickest way through text, unless the text consists of beginnings.
    var budget = 4 * text.count + 4_096
    while at <= last, let next = memchr(base + at, Int32(first), last - at + 1) {
      if memcmp(next, start, wanted.count) == 0 { return true }
      at = base.distance(to: UnsafeRawPointer(next)) + 1
      budget -= wanted.count
      if budget < 0 { return steadily(wanted, in: UnsafeRawBufferPointer(rebasing: text[at...])) }
    }
    return false
  }

  /// Knuth, Morris, Pratt.
  private static func steadily(_ wanted: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> Bool {
    var borders = [Int](repeating: 0, count: wanted.count)
    var length = 0
    for index in wanted.indices.dropFirst() {
      while length > 0, wanted[index] != wanted[length] { length = borders[length - 1] }
      if wanted[index] == wanted[length] { length += 1 }
      borders[index] = length
    }
    length = 0
    for byte in text {
      while length > 0, byte != wanted[length] { length = borders[length - 1] }
      if byte == wanted[length] { length += 1 }
      if length == wanted.count { return true }
    }
    return false
  }
}
