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

  /// What is known of a piece.
  enum Found: Sendable {
    case kept(Kept)
    /// It was sent compressed before: it is worth while to keep it.
    case wanted
    case new
  }

  private struct State {
    /// By base URL.
    var kept: [String: [AnswerPieces.Key: Kept]] = [:]
    var asked: [String: Set<AnswerPieces.Key>] = [:]
    var bytes = 0
    var askedCount = 0
  }

  private let state = Mutex(State())
  private let capacity: Int
  /// How many pieces are remembered that were sent once.
  private static let mostAsked = 65_536

  /// - Parameter capacity: how many bytes of pieces are kept at most.
  init(capacity: Int = 16 << 20) { self.capacity = capacity }

  /// What is known of each piece; all are known to be asked for from now on.
  func look(for pieces: AnswerPieces) -> [Found] {
    state.withLock { state in
      var all: [Found] = []
      all.reserveCapacity(pieces.all.count)
      let kept = state.kept[pieces.base]
      for piece in pieces.all {
        if let found = kept?[piece.key], found.count == piece.count, found.path == piece.path {
          all.append(.kept(found))
        } else if state.asked[pieces.base]?.contains(piece.key) == true {
          all.append(.wanted)
        } else {
          // Clients choose what they ask for: the table must not be theirs to fill.
          if state.askedCount >= PackedPieces.mostAsked { (state.asked, state.askedCount) = ([:], 0) }
          state.asked[pieces.base, default: []].insert(piece.key)
          state.askedCount += 1
          all.append(.new)
        }
      }
      return all
    }
  }

  /// Keeps a piece.
  func keep(_ piece: Kept, as key: AnswerPieces.Key, of base: String) {
    guard piece.packed.count <= capacity / 8 else { return }
    state.withLock { state in
      if state.bytes + piece.packed.count > capacity { (state.kept, state.bytes) = ([:], 0) }
      let old = state.kept[base, default: [:]].updateValue(piece, forKey: key)
      state.bytes += piece.packed.count - (old?.packed.count ?? 0)
    }
  }
}
