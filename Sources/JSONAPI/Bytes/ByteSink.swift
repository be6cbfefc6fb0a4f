/// Writes bytes one after the other into memory that was made large enough beforehand: what an array's checks cost per append
/// is most of the cost of an answer that is put together from thousands of small pieces.
struct ByteSink {
  private let memory: UnsafeMutableRawBufferPointer
  /// How many bytes stand there.
  private(set) var count = 0

  init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

  /// Adds these bytes. What does not fit is a fault of whoever measured: it traps.
  @inline(__always)
  mutating func put(_ bytes: UnsafeRawBufferPointer) {
    guard let from = bytes.baseAddress, bytes.count > 0 else { return }
    precondition(bytes.count <= memory.count - count, "more bytes than were measured")
    memory.baseAddress?.advanced(by: count).copyMemory(from: from, byteCount: bytes.count)
    count += bytes.count
  }

  @inline(__always)
  mutating func put(_ bytes: [UInt8]) { bytes.withUnsafeBytes { put($0) } }

  @inline(__always)
  mutating func put(_ text: StaticString) {
    put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
