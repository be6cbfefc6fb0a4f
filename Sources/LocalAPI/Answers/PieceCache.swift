/// Pieces of answers that are kept for the next ones. As long as there is room every piece is kept, so that a process soon has the memory
/// that it will have; then a piece is kept when it is asked for the second time: who walks through everything once drives out nothing.
/// What was not asked for since half of the memory was filled anew makes room.
struct PieceCache<Piece: Sendable>: Sendable {
  /// What a piece follows from.
  struct Key: Hashable, Sendable {
    /// The base URL of the links in it (`number(of:)`).
    var base: Int
    var object: AnswerPieces.Key
  }

  /// What is known of a piece.
  enum Found: Sendable {
    case kept(Piece)
    /// It is worth while to keep it: it was asked for before, or there is room.
    case wanted
    case new
  }

  private struct Generation {
    var pieces: [Key: (piece: Piece, bytes: Int)] = [:]
    var bytes = 0
  }

  private let capacity: Int
  private var young = Generation()
  private var old = Generation()
  private var asked: Set<Key> = []
  /// Whether something had to make room.
  private var wasFull = false
  private var bases: [String: Int] = [:]
  private var nextBase = 0

  /// How many pieces are remembered that were asked for once.
  private static var mostAsked: Int { 65_536 }
  /// What a piece takes besides its bytes: its place in the table, and the heads of its arrays. Small ones are not for nothing.
  private static var overhead: Int { 160 }
  /// How many base URLs are told apart.
  private static var mostBases: Int { 64 }

  /// - Parameter capacity: how many bytes of pieces are kept at most.
  init(capacity: Int) { self.capacity = capacity }

  /// The number of a base URL, for keys. One that was forgotten gets another: nothing of before is found under it.
  mutating func number(of base: String) -> Int {
    if let known = bases[base] { return known }
    // Clients choose what they ask for: no table is theirs to fill.
    if bases.count >= PieceCache.mostBases { bases = [:] }
    nextBase += 1
    bases[base] = nextBase
    return nextBase
  }

  /// What is known of a piece, which is known to be asked for from now on.
  mutating func look(for key: Key) -> Found {
    if let found = young.pieces[key] { return .kept(found.piece) }
    if let found = old.pieces.removeValue(forKey: key) {
      old.bytes -= found.bytes
      insert(found, as: key)
      return .kept(found.piece)
    }
    if !wasFull || asked.contains(key) { return .wanted }
    if asked.count >= PieceCache.mostAsked { asked = [] }
    asked.insert(key)
    return .new
  }

  /// Keeps a piece, if it is not too large a part of all.
  /// - Parameter bytes: how many it takes.
  mutating func keep(_ piece: Piece, bytes: Int, as key: Key) {
    guard bytes <= capacity / 8 else { return }
    insert((piece, bytes + PieceCache.overhead), as: key)
  }

  private mutating func insert(_ entry: (piece: Piece, bytes: Int), as key: Key) {
    if young.bytes + entry.bytes > capacity / 2 {
      wasFull = wasFull || !old.pieces.isEmpty
      (old, young) = (young, Generation())
    }
    let before = young.pieces.updateValue(entry, forKey: key)
    young.bytes += entry.bytes - (before?.bytes ?? 0)
  }
}
