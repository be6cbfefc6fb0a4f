import CZlib

/// Compresses bodies (RFC 1952) at zlib's fastest levels. Resource objects are compressed each by itself: those that were sent before
/// are kept, and a page that shows them again is put together of them. A body always comes out the same, whatever is kept.
final class GzipEncoder: Sendable {
  /// Smaller bodies fit a packet or two anyway.
  static let leastBytes = 1024
  /// Larger ones would keep a core busy for longer than they are worth. Bytes.
  static let mostBytes = 16 << 20
  /// What stands between pieces is put in as it is where it is no longer. Bytes.
  private static let mostPlain = 64

  private let whole = DeflateStreams(level: 1, isWhole: true)
  private let parts = DeflateStreams(level: 2, isWhole: false)
  private let kept = PackedPieces()

  /// The compressed form; nil when there is no memory for it, or it is not smaller.
  /// - Parameter pieces: parts of it that may be kept; nil where there are none.
  func packed(_ plain: UnsafeRawBufferPointer, _ pieces: AnswerPieces? = nil) -> [UInt8]? {
    guard plain.count <= GzipEncoder.mostBytes else { return nil }
    let packed = if let pieces, !pieces.all.isEmpty { joined(plain, pieces) } else { whole.packed(plain) }
    return packed.flatMap { $0.count < plain.count ? $0 : nil }
  }

  /// The same put together of pieces.
  private func joined(_ plain: UnsafeRawBufferPointer, _ pieces: AnswerPieces) -> [UInt8]? {
    let found = kept.look(for: pieces)
    var file = File(capacity: plain.count / 4)
    var done = 0
    for (piece, found) in zip(pieces.all, found) {
      guard piece.start >= done, piece.count <= plain.count - piece.start else { return nil }
      let bytes = UnsafeRawBufferPointer(rebasing: plain[piece.start..<piece.start + piece.count])
      let part: PackedPieces.Kept
      switch found {
      case .kept(let known): part = known
      case .wanted, .new:
        guard let packed = parts.packed(bytes) else { return nil }
        part = PackedPieces.Kept(packed: packed, crc: checksum(bytes), count: piece.count, path: piece.path)
        if case .wanted = found { kept.keep(part, as: piece.key, of: pieces.base) }
      }
      guard add(plain[done..<piece.start], to: &file) else { return nil }
      file.add(part.packed, crc: part.crc, count: part.count)
      done = piece.start + piece.count
    }
    guard add(plain[done...], to: &file) else { return nil }
    return file.finished()
  }

  /// Adds what stands between pieces; false where there is no memory to compress it.
  private func add(_ slice: Slice<UnsafeRawBufferPointer>, to file: inout File) -> Bool {
    let plain = UnsafeRawBufferPointer(rebasing: slice)
    guard !plain.isEmpty else { return true }
    guard plain.count > GzipEncoder.mostPlain else {
      file.add(plain: plain, crc: checksum(plain))
      return true
    }
    guard let packed = parts.packed(plain) else { return false }
    file.add(packed, crc: checksum(plain), count: plain.count)
    return true
  }

  private func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt {
    UInt(crc32(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(bytes.count)))
  }

  /// A file of gzip that is put together of parts (RFC 1952 section 2.3).
  private struct File {
    private var bytes: [UInt8] = []
    private var crc: UInt = 0
    private var count = 0

    init(capacity: Int) {
      bytes.reserveCapacity(capacity)
      // DEFLATE, no flags, no time, the fastest, Unix: as zlib writes it.
      bytes += [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 3]
    }

    /// Adds blocks of DEFLATE that end at a byte.
    mutating func add(_ packed: [UInt8], crc other: UInt, count more: Int) {
      bytes += packed
      note(other, more)
    }

    /// Adds a stored block (RFC 1951 section 3.2.4).
    mutating func add(plain: UnsafeRawBufferPointer, crc other: UInt) {
      let length = UInt8(truncatingIfNeeded: plain.count)
      bytes += [0, length, 0, ~length, 0xFF]
      bytes += plain
      note(other, plain.count)
    }

    private mutating func note(_ other: UInt, _ more: Int) {
      crc = UInt(crc32_combine(crc, other, .init(more)))
      count += more
    }

    /// The file, with an empty last block.
    func finished() -> [UInt8] {
      var file = bytes + [3, 0]
      for word in [UInt32(truncatingIfNeeded: crc), UInt32(truncatingIfNeeded: count)] {
        withUnsafeBytes(of: word.littleEndian) { file.append(contentsOf: $0) }
      }
      return file
    }
  }
}
