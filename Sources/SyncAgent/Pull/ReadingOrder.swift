import Upstream

/// In which order types are read.
enum ReadingOrder {
  /// Entity types, those first to which others point. A target that is stored before what names it stands where the site's order puts
  /// it; one that is named first keeps the number that it got then, and would be written into the middle of what is there: a first
  /// reading would write nearly every page of the file twice, and leave it half empty.
  private static let targetsFirst = ["taxonomy_term", "user", "file", "group", "profile", "node", "post"]
  /// Those to which hardly anything points.
  private static let last = ["comment", "event_enrollment", "group_content"]

  /// What was read before comes first, by its name: it is done with soonest.
  /// - Parameters:
  ///   - types: in an order that is kept among those of one entity type.
  ///   - isRead: whether a type of this name was read to its end before.
  ///   - entityType: that of a type of this name.
  static func ordered(_ types: [EntryPoint.Collection], isRead: (String) -> Bool, entityType: (String) -> String)
    -> [EntryPoint.Collection]
  {
    func rank(_ name: String) -> Int {
      if isRead(name) { return 0 }
      let entityType = entityType(name)
      if last.contains(entityType) { return targetsFirst.count + 2 }
      return 1 + (targetsFirst.firstIndex(of: entityType) ?? targetsFirst.count)
    }
    return types.map { (rank($0.name), $0) }.enumerated()
      .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
  }
}
