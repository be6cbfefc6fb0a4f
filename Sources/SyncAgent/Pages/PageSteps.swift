import JSONAPI

/// How far a page reaches, for what goes by offset: a site may give fewer rows than it is asked for, so only what came counts.
extension ScannedPage {
  /// How many rows of the collection the page stands for: those it shows, usable or not, and those it leaves out. Where it shows
  /// and names none and yet more follow, what the site itself says by its next link, and one row where it says nothing.
  /// - Parameter offset: the offset that was asked for.
  func rows(from offset: Int) -> Int {
    let named = rowCount + skipped
    guard hasNext else { return named }
    let said = nextOffset.flatMap { next in
      let (rows, isOver) = next.subtractingReportingOverflow(offset)
      return isOver || rows <= 0 ? nil : rows
    }
    // What stands twice on the page is one row of the collection.
    if named > 0 { return max(1, min(named, said ?? named)) }
    return said.flatMap { $0 <= PageParameter.greatestLimit ? $0 : nil } ?? 1
  }

  /// What is known of rows that it does not show whole: those that were stepped over, and the one before them. A page that is
  /// nothing at all stands nowhere, whatever is listed before its place.
  var around: [ScannedResource] {
    guard showsSomething else { return [] }
    return before.map { [$0] + steppedOver } ?? steppedOver
  }

  /// Whether its own rows can begin between two that are listed around its place, a moment later and without most of what they hold:
  /// behind the last that was stepped over, and with the second. Where not both are listed, or what it shows may be listed
  /// otherwise, nothing speaks against it.
  func begins(between listed: [ScannedResource]) -> Bool {
    guard listed.count == 2 else { return true }
    if steppedOver.count == skipped, let last = steppedOver.last, last.uuid != listed[0].uuid { return false }
    guard !resources.isEmpty, omitted.isEmpty, unusable.isEmpty else { return true }
    return resources.contains { $0.uuid == listed[1].uuid }
  }

  /// Whether it shows nothing of its own behind rows that were stepped over, and says that nothing follows.
  var endsWithSteppedOver: Bool { skipped > 0 && rowCount == 0 && !hasNext }

  /// As the page of a single row: whether this one is there and the last. Where it is not there rows have moved, or a wrong answer
  /// has come.
  var showsTheLast: Bool { rowCount > 0 && !hasNext }

  /// Whether it has a row of which neither id nor serial number can be read. Listed without most of what it holds it may have both:
  /// then it is not known again around the next page, and that is no sign that rows have moved.
  var isNameless: Bool { unusable.contains { $0.id == nil && $0.internalID == nil } }

  /// Whether all that it stands for is known by id, and so is known again where it is listed.
  var isNamed: Bool { rowCount + skipped > 0 && steppedOver.count == skipped && unusable.allSatisfy { $0.id != nil } }

  /// How far the next page may begin behind this one so that the two have rows in common, by which it is seen whether they join
  /// up: at most half of them, so that pages of any size get on.
  func step(from offset: Int, overlap: Int) -> Int {
    let rows = rows(from: offset)
    // Rows that were stepped over are not asked for once more.
    return max(1, skipped, rows - min(overlap, rows / 2))
  }

  /// Whether a row stands behind so many from this offset on by which the next page can be seen to join up.
  func showsMarks(behind step: Int, from offset: Int) -> Bool {
    let unmarked = unusable.count { $0.mark == nil }
    return rows(from: offset) - step > unmarked && rowCount > unmarked
  }
}
