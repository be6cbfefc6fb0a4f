import CZlib
import Synchronization

/// Streams of zlib with one setting, lent to one caller at a time and used again: to set one up costs more than to compress a page.
final class DeflateStreams: Sendable {
  private let level: Int32
  private let window: Int32
  private let flush: Int32
  private let idle = Mutex<[Stream]>([])

  /// - Parameters:
  ///   - level: 1 is the fastest.
  ///   - isWhole: whether what they give is a file of gzip (RFC 1952); else blocks that are not the last, end at a byte, and refer to
  ///     nothing before them (RFC 1951).
  init(level: Int32, isWhole: Bool) {
    self.level = level
    // The largest window; 16 more is a gzip header instead of zlib's, less than nothing none.
    window = isWhole ? 31 : -15
    flush = isWhole ? Z_FINISH : Z_SYNC_FLUSH
  }

  /// A stream wanders between threads, one at a time: what the lock guards.
  private final class Stream: @unchecked Sendable {
    let state: UnsafeMutablePointer<z_stream>

    init?(level: Int32, window: Int32) {
      state = .allocate(capacity: 1)
      state.initialize(to: z_stream())
      let begun = deflateInit2_(
        state, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      guard begun == Z_OK else { return nil }
    }

    deinit {
      deflateEnd(state)
      state.deallocate()
    }

    func packed(_ plain: UnsafeRawBufferPointer, _ flush: Int32) -> [UInt8]? {
      guard let bytes = plain.baseAddress, plain.count < Int(UInt32.max), deflateReset(state) == Z_OK else {
        return nil
      }
      // With room for the empty block that ends at a byte.
      let bound = Int(deflateBound(state, UInt(plain.count))) + 16
      state.pointee.next_in = UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self))
      state.pointee.avail_in = UInt32(plain.count)
      var isWhole = false
      let packed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        state.pointee.next_out = output.baseAddress
        state.pointee.avail_out = UInt32(bound)
        let result = deflate(state, flush)
        isWhole =
          flush == Z_FINISH
          ? result == Z_STREAM_END : result == Z_OK && state.pointee.avail_in == 0 && state.pointee.avail_out > 0
        count = bound - Int(state.pointee.avail_out)
      }
      return isWhole ? packed : nil
    }
  }

  /// The compressed form; nil when there is no memory for it.
  func packed(_ plain: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let stream = idle.withLock({ $0.popLast() }) ?? Stream(level: level, window: window) else { return nil }
    let packed = stream.packed(plain, flush)
    idle.withLock { if $0.count < 16 { $0.append(stream) } }
    return packed
  }
}
