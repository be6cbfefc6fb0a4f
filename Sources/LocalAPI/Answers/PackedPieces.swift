import Synchronization

/// Resource objects in the compressed form in which they stand in compressed bodies: pages that are asked for under ever new URLs show
/// the same resources, and to compress them is nearly all that such a page costs. Bounded; safe from any thread.
final class PackedPieces: Sendable {
  /// A piece that is kept.
  struct Kept: Sendable {
    /// Blocks of DEFLATE that end at a byte and refer to nothing before them (RFC 1951).
    var packed: [UInt8]
    /// The checksum of the plain bytes, and how many these are.
    var crc: UInt
    var count: Int
    /// The path of the links in it.
    var path: [UInt8]
  }

  private let cache: Mutex<PieceCache<Kept>>

  /// - Parameter capacity: how many bytes of pieces are kept at most.
  init(capacity: Int = 16 << 20) { cache = Mutex(PieceCache(capacity: capacity)) }

  /// What is known of each piece; all are known to be asked for from now on.
  func look(for pieces: AnswerPieces) -> [PieceCache<Kept>.Found] {
    cache.withLock { cache in
      let base = cache.number(of: pieces.base)
      return pieces.all.map { piece in
        let found = cache.look(for: .init(base: base, object: piece.key))
        // A type whose path changed has other links.
        if case .kept(let known) = found, known.count != piece.count || known.path != piece.path { return .wanted }
        return found
      }
    }
  }

  /// Keeps a piece, without the room that its bytes were given before it was known how many they are.
  func keep(_ piece: Kept, as key: AnswerPieces.Key, of base: String) {
    var piece = piece
    piece.packed = piece.packed.withUnsafeBytes { [UInt8]($0) }
    cache.withLock { [piece] cache in
      cache.keep(piece, bytes: piece.packed.count, as: .init(base: cache.number(of: base), object: key))
    }
  }
}
