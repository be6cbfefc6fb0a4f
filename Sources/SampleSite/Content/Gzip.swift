import CZlib

/// Reading of gzip streams (RFC 1952).
package enum Gzip {
  /// A stream that is no gzip, is damaged, or ends too early.
  package struct Damaged: Error, Sendable, CustomStringConvertible {
    /// zlib's return code.
    package var code: Int32
    /// One line for the operator.
    package var description: String { "not a whole gzip stream (zlib says \(code))" }
  }

  /// Unpacks one gzip stream.
  /// - Throws: `Damaged` when the bytes are not one whole stream.
  package static func inflated(_ packed: UnsafeBufferPointer<UInt8>) throws(Damaged) -> [UInt8] {
    var stream = z_stream()
    // 31: the largest window, and a gzip header instead of zlib's.
    let begun = inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard begun == Z_OK else { throw Damaged(code: begun) }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(mutating: packed.baseAddress)
    stream.avail_in = UInt32(packed.count)
    var unpacked: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var state = Z_OK
    while state == Z_OK {
      let produced = chunk.withUnsafeMutableBufferPointer { chunk in
        stream.next_out = chunk.baseAddress
        stream.avail_out = UInt32(chunk.count)
        state = inflate(&stream, Z_NO_FLUSH)
        return chunk.count - Int(stream.avail_out)
      }
      unpacked.append(contentsOf: chunk[0..<produced])
    }
    guard state == Z_STREAM_END else { throw Damaged(code: state) }
    return unpacked
  }
}
