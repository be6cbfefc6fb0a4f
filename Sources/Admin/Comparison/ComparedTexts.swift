/// Texts that stand against each other, word by word. The time is that of reading them, and of `WordDiff` on what is between their
/// common beginning and their common end, of which no more than `mostWords` each are compared; what is behind those is marked as a whole.
struct ComparedTexts: Sendable, Hashable {
  /// No more words, spaces and signs of a text are compared with those of another.
  static let mostWords = 8_000

  /// In the order in which they were given; nil for one that is not there.
  private(set) var texts: [MarkedText?]
  /// Whether some text was too long to be compared to its end.
  private(set) var isCut = false

  /// Marks in each of the other texts what differs from the first, and in the first what differs from any of the others. Where the first
  /// is not there, the others are compared with the one of them that comes first.
  init(_ given: [String?]) {
    let words = given.map { $0.map(Words.init) }
    let numbers = ComparedTexts.numbers(words)
    var marks = numbers.map { $0.map { _ in false } }
    if let root = words.firstIndex(where: { $0 != nil }) {
      for other in words.indices where other > root && words[other] != nil {
        let differing = ComparedTexts.differing(numbers[root], numbers[other])
        for (place, isMarked) in differing.old.enumerated() where isMarked { marks[root][place] = true }
        marks[other] = differing.new
        isCut = isCut || differing.isCut
      }
    }
    texts = words.indices.map { place in
      words[place].map { MarkedText($0.tokens, marks[place], bytesLeft: $0.bytesLeft) }
    }
    isCut = isCut || words.contains { ($0?.bytesLeft ?? 0) > 0 }
  }

  /// Equal tokens have equal numbers, and others have not; told by their bytes, as the site does.
  private static func numbers(_ words: [Words?]) -> [[Int]] {
    var known: [[UInt8]: Int] = [:]
    return words.map { words in
      (words?.tokens ?? []).map { token in
        let bytes = Array(token.utf8)
        if let number = known[bytes] { return number }
        known[bytes] = known.count
        return known.count - 1
      }
    }
  }

  private static func differing(_ one: [Int], _ other: [Int]) -> (old: [Bool], new: [Bool], isCut: Bool) {
    let shortest = min(one.count, other.count)
    var head = 0
    while head < shortest, one[head] == other[head] { head += 1 }
    var tail = 0
    while tail < shortest - head, one[one.count - 1 - tail] == other[other.count - 1 - tail] { tail += 1 }
    func marks(_ list: [Int], _ compared: [Bool]) -> [Bool] {
      let behind = list.count - head - tail - compared.count
      return Array(repeating: false, count: head) + compared + Array(repeating: true, count: behind)
        + Array(repeating: false, count: tail)
    }
    func window(_ list: [Int]) -> [Int] { Array(list[head..<(list.count - tail)].prefix(mostWords)) }
    let (first, second) = (window(one), window(other))
    let diff = WordDiff(first, second)
    let isCut = max(one.count, other.count) - head - tail > mostWords
    return (marks(one, diff.old), marks(other, diff.new), isCut)
  }
}
