/// Parts of a body that stand in other bodies too, byte for byte: whole resource objects, in their order. What each is of tells whether
/// it is the same.
struct AnswerPieces: Sendable {
  /// One of them.
  struct Piece: Sendable {
    /// Where it begins in the body.
    var start: Int
    var count: Int
    /// The number of the resource, and of its last change.
    var key: Key
    /// The path of its links, escaped.
    var path: [UInt8]
  }

  /// What a resource object follows from, besides the base URL and the path of its links.
  struct Key: Hashable, Sendable {
    var resource: Int64
    var sequence: Int64
  }

  /// The base URL of the links in them.
  var base: String
  private(set) var all: [Piece] = []

  /// Smaller ones are not worth while: compressed by itself, a piece takes more than among others. Bytes.
  static let leastBytes = 2048

  /// Takes note of a piece that is not too small.
  mutating func note(_ piece: Piece) {
    if piece.count >= AnswerPieces.leastBytes { all.append(piece) }
  }

  /// The body has so many bytes more before them.
  mutating func move(by bytes: Int) {
    for index in all.indices { all[index].start += bytes }
  }
}
