/// Writes bytes one after the other into memory that was made large enough beforehand: what an array's checks cost per append
/// is most of the cost of an answer that is put together from thousands of small pieces.
struct ByteSink {
  private let start: UnsafeMutableRawPointer?
  /// How many bytes have room.
  private let room: Int
  /// How many bytes stand there.
  private(set) var count = 0

  init(_ memory: UnsafeMutableRawBufferPointer) { (start, room) = (memory.baseAddress, memory.count) }

  /// Adds so many bytes from this one on. What does not fit is a fault of whoever measured: it traps.
  @inline(__always)
  mutating func put(_ from: UnsafeRawPointer, _ bytes: Int) {
    guard let start, bytes > 0 else { return precondition(bytes <= 0, "bytes for no memory") }
    precondition(bytes <= room - count, "more bytes than were measured")
    (start + count).copyMemory(from: from, byteCount: bytes)
    count += bytes
  }

  /// Adds these bytes.
  @inline(__always)
  mutating func put(_ bytes: UnsafeRawBufferPointer) {
    if let from = bytes.baseAddress { put(from, bytes.count) }
  }

  /// Adds so many of the bytes that stand here already, from this one on.
  mutating func putAgain(_ place: Int, _ bytes: Int) {
    precondition(place >= 0 && bytes >= 0 && place + bytes <= count, "bytes that do not stand here")
    if let start { put(start + place, bytes) }
  }

  /// Adds the digits of a number.
  mutating func put(_ number: Int64) {
    var digits = String(number)
    digits.withUTF8 { put(UnsafeRawBufferPointer($0)) }
  }

  @inline(__always)
  mutating func put(_ bytes: [UInt8]) { bytes.withUnsafeBytes { put($0) } }

  @inline(__always)
  mutating func put(_ text: StaticString) { put(text.utf8Start, text.utf8CodeUnitCount) }
}
