/// A text as it is shown beside others: what differs from them is marked, and long stretches in which all are alike are left out.
struct MarkedText: Sendable, Hashable {
  /// A part of it.
  enum Piece: Sendable, Hashable {
    /// The others have it, too.
    case same(String)
    /// Another one lacks it.
    case differs(String)
    /// So many bytes, alike in all, are not shown.
    case leftOut(Int)
    /// So many bytes were not looked at, as the text is too long.
    case cut(Int)
  }

  /// From its beginning to its end.
  private(set) var pieces: [Piece] = []

  /// So many words, spaces and signs of a stretch that is left out are shown at either end.
  private static let context = 24
  /// A text of no more of them is shown whole.
  private static let whole = 400

  /// - Parameters:
  ///   - marks: for each token, whether it is to be marked.
  ///   - bytesLeft: how many bytes behind them were not looked at.
  init(_ tokens: [Substring], _ marks: [Bool], bytesLeft: Int) {
    var start = 0
    while start < tokens.count {
      var end = start
      while end < tokens.count, marks[end] == marks[start] { end += 1 }
      if marks[start] {
        pieces.append(.differs(tokens[start..<end].joined()))
      } else {
        appendSame(tokens, start..<end)
      }
      start = end
    }
    if bytesLeft > 0 { pieces.append(.cut(bytesLeft)) }
  }

  private mutating func appendSame(_ tokens: [Substring], _ range: Range<Int>) {
    let (isFirst, isLast, context) = (range.lowerBound == 0, range.upperBound == tokens.count, MarkedText.context)
    // Where nothing differs at all, it is the beginning that people know a text by.
    let shown =
      isFirst && isLast
      ? (head: MarkedText.whole, tail: 0) : (head: isFirst ? 0 : context, tail: isLast ? 0 : context)
    guard tokens.count > MarkedText.whole, shown.head + shown.tail + context < range.count else {
      pieces.append(.same(tokens[range].joined()))
      return
    }
    let hidden = tokens[(range.lowerBound + shown.head)..<(range.upperBound - shown.tail)]
    if shown.head > 0 { pieces.append(.same(tokens[range].prefix(shown.head).joined())) }
    pieces.append(.leftOut(hidden.reduce(0) { $0 + $1.utf8.count }))
    if shown.tail > 0 { pieces.append(.same(tokens[range].suffix(shown.tail).joined())) }
  }
}
