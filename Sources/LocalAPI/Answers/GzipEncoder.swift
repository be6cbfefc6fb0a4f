import CZlib
import Synchronization

/// Compresses bodies (RFC 1952) at zlib's fastest level. Its streams are used again: to set one up costs more than to
/// compress a page.
final class GzipEncoder: Sendable {
  /// Smaller bodies fit a packet or two anyway.
  static let leastBytes = 1024
  /// Larger ones would keep a core busy for longer than they are worth. Bytes.
  static let mostBytes = 16 << 20

  private let idle = Mutex<[Stream]>([])

  /// A stream wanders between threads, one at a time: what the lock guards.
  private final class Stream: @unchecked Sendable {
    let state: UnsafeMutablePointer<z_stream>

    init?() {
      state = .allocate(capacity: 1)
      state.initialize(to: z_stream())
      // 31: the largest window, and a gzip header instead of zlib's.
      let begun = deflateInit2_(
        state, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      guard begun == Z_OK else { return nil }
    }

    deinit {
      deflateEnd(state)
      state.deallocate()
    }

    func packed(_ plain: UnsafeRawBufferPointer) -> [UInt8]? {
      guard let bytes = plain.baseAddress, plain.count < Int(UInt32.max), deflateReset(state) == Z_OK else {
        return nil
      }
      let bound = Int(deflateBound(state, UInt(plain.count)))
      state.pointee.next_in = UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self))
      state.pointee.avail_in = UInt32(plain.count)
      var isWhole = false
      let packed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        state.pointee.next_out = output.baseAddress
        state.pointee.avail_out = UInt32(bound)
        isWhole = deflate(state, Z_FINISH) == Z_STREAM_END
        count = bound - Int(state.pointee.avail_out)
      }
      return isWhole ? packed : nil
    }
  }

  /// The compressed form; nil when there is no memory for it, or it is not smaller.
  func packed(_ plain: UnsafeRawBufferPointer) -> [UInt8]? {
    guard plain.count <= GzipEncoder.mostBytes else { return nil }
    guard let stream = idle.withLock({ $0.popLast() }) ?? Stream() else { return nil }
    let packed = stream.packed(plain)
    idle.withLock { if $0.count < 16 { $0.append(stream) } }
    return packed.flatMap { $0.count < plain.count ? $0 : nil }
  }
}
