/// Which wish comes when, decided without a clock: one round at a time, in the order in which they were wished for; who wants what waits
/// already shares it. What is under way is not shared: it may be past what its asker wants to see.
package struct RoundQueue: Sendable {
  /// A round that somebody wished for, whose turn it is.
  package struct Turn: Sendable, Hashable {
    /// Its number: those who share it have the same.
    package var number: Int
    /// What is wanted.
    package var wish: RoundWish
  }

  /// What becomes of a wish.
  struct Place: Sendable, Hashable {
    var reply: RoundReply
    /// The number of the round; nil where it is refused.
    var number: Int?
  }

  /// So many different wishes wait at most.
  package static let most = 16

  private(set) var waiting: [Turn] = []
  /// What is under way, in words; nil where nothing is.
  private(set) var underWay: String?
  private var refusal: String?
  private var last = 0

  /// An empty one.
  package init() {}

  /// Takes a wish in, or refuses it.
  mutating func ask(_ wish: RoundWish) -> Place {
    if let refusal { return Place(reply: .refused(reason: refusal)) }
    let before = underWay ?? waiting.first.flatMap { $0.wish == wish ? nil : $0.wish.words }
    let reply = before.map { RoundReply.waits(behind: $0) } ?? .begun
    if let same = waiting.first(where: { $0.wish == wish }) { return Place(reply: reply, number: same.number) }
    guard waiting.count < RoundQueue.most else {
      return Place(reply: .refused(reason: "\(waiting.count) other rounds wait already"))
    }
    last += 1
    waiting.append(Turn(number: last, wish: wish))
    return Place(reply: reply, number: last)
  }

  /// Begins the round that has waited longest; nil where none waits, or one is under way.
  mutating func next() -> Turn? {
    guard underWay == nil, !waiting.isEmpty else { return nil }
    let turn = waiting.removeFirst()
    underWay = turn.wish.words
    return turn
  }

  /// Begins a round that nobody wished for.
  mutating func beginScheduled() { underWay = RoundWish.round.words }

  /// What was under way is over.
  mutating func leave() { underWay = nil }

  /// Refuses everything from now on.
  /// - Returns: the rounds that waited and do not come.
  mutating func close(_ reason: String) -> [Turn] {
    defer { waiting = [] }
    refusal = reason
    return waiting
  }
}
