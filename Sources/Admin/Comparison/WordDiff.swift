/// Which elements of two lists have no partner in the other, by as few of them as may be (Myers, "An O(ND) Difference Algorithm and Its
/// Variations", 1986). The work is bounded by the length of the lists times `mostEdits`: lists that differ in more than that have nothing
/// in common but their beginning and their end.
struct WordDiff {
  /// So many elements may be without a partner until no more is looked for.
  static let mostEdits = 400

  /// For each element of the first list, whether it has none in the second.
  private(set) var old: [Bool]
  /// For each element of the second list, whether it has none in the first.
  private(set) var new: [Bool]

  init(_ first: [Int], _ second: [Int], mostEdits: Int = WordDiff.mostEdits) {
    let shortest = min(first.count, second.count)
    var head = 0
    while head < shortest, first[head] == second[head] { head += 1 }
    var tail = 0
    while tail < shortest - head, first[first.count - 1 - tail] == second[second.count - 1 - tail] { tail += 1 }
    let ends = (first: first.count - tail, second: second.count - tail)
    old = first.indices.map { (head..<ends.first).contains($0) }
    new = second.indices.map { (head..<ends.second).contains($0) }
    let (one, other) = (Array(first[head..<ends.first]), Array(second[head..<ends.second]))
    guard !one.isEmpty, !other.isEmpty else { return }
    for (place, partner) in WordDiff.partners(one, other, mostEdits) {
      old[head + place] = false
      new[head + partner] = false
    }
  }

  /// The pairs of a longest common subsequence; none where it takes too many edits.
  private static func partners(_ one: [Int], _ other: [Int], _ mostEdits: Int) -> [(Int, Int)] {
    let bound = min(one.count + other.count, mostEdits)
    let middle = bound + 1
    // How far each diagonal (place in the one less place in the other) has come.
    var reached = [Int](repeating: 0, count: 2 * bound + 3)
    var trace: [[Int]] = []
    for edits in 0...bound {
      trace.append(Array(reached[(middle - edits - 1)...(middle + edits + 1)]))
      for diagonal in stride(from: -edits, through: edits, by: 2) {
        let isDown = goesDown(diagonal, edits, reached[middle + diagonal - 1], reached[middle + diagonal + 1])
        var x = isDown ? reached[middle + diagonal + 1] : reached[middle + diagonal - 1] + 1
        while x < one.count, x - diagonal < other.count, x >= 0, x - diagonal >= 0, one[x] == other[x - diagonal] {
          x += 1
        }
        reached[middle + diagonal] = x
        if x >= one.count, x - diagonal >= other.count { return pairs(trace, one.count, other.count) }
      }
    }
    return []
  }

  /// Whether a path comes to a diagonal from the one above: by an element of the second list.
  private static func goesDown(_ diagonal: Int, _ edits: Int, _ left: Int, _ right: Int) -> Bool {
    diagonal == -edits || diagonal != edits && left < right
  }

  /// The pairs on the way back from the end.
  private static func pairs(_ trace: [[Int]], _ first: Int, _ second: Int) -> [(Int, Int)] {
    var found: [(Int, Int)] = []
    var (x, y) = (first, second)
    for edits in trace.indices.reversed() {
      let (reached, middle) = (trace[edits], edits + 1)
      let diagonal = x - y
      let isDown = goesDown(diagonal, edits, reached[middle + diagonal - 1], reached[middle + diagonal + 1])
      let before = isDown ? diagonal + 1 : diagonal - 1
      let (fromX, fromY) = (reached[middle + before], reached[middle + before] - before)
      while x > fromX, y > fromY, x > 0, y > 0 {
        x -= 1
        y -= 1
        found.append((x, y))
      }
      (x, y) = (fromX, fromY)
    }
    return found
  }
}
