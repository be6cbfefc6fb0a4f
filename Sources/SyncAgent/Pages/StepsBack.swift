/// The way back of whatever goes by offset where a page does not join up with the last: each time twice as far, and not for ever.
struct StepsBack: Sendable, Hashable {
  private var count = 0

  /// Where to ask next.
  /// - Parameter rows: how many the page stands for that did not join up.
  /// - Throws: `UntrustworthyPage.restless` where that has happened too often.
  mutating func offset(before offset: Int, by rows: Int) throws(UntrustworthyPage) -> Int {
    count += 1
    guard count <= 100 else { throw .restless }
    return max(0, offset - max(1, rows) << min(count, 20))
  }
}
