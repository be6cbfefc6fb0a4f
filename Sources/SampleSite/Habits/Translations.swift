/// A multilingual site (`Habit.translations`): each translation of a resource has its own `changed`. A filter matches any of
/// them, a sort takes the least, or from the greatest down the greatest; the document shows one (reference 1.7, 6.2).
extension Community {
  /// Whether translations of a type have times of their own: not those of users and files, which have none.
  func isTranslatable(_ type: ResourceType) -> Bool { type.entityType != "user" && type.entityType != "file" }

  /// Gives two of three resources another translation, older or newer than the one that is shown.
  mutating func becomeMultilingual() {
    isMultilingual = true
    for (number, type) in types.enumerated() where isTranslatable(type) {
      for case let row? in collections[number].slots {
        let dice = mixed(row.uuid.low ^ 0x7261)
        guard dice % 3 > 0 else { continue }
        let distance = Int64(mixed(dice) % 2_000_000)
        let other = dice % 3 == 1 ? row.changed - distance : min(row.changed + distance, newestTranslation)
        translations[row.uuid] = [other]
      }
    }
  }

  /// No recorded translation is newer: the end of May 2025.
  private var newestTranslation: Int64 { 1_748_000_000 }

  /// A translation that the account is not shown is saved: only that one's `changed` moves.
  /// - Throws: `CommunityError.noSuchResource`.
  package mutating func translate(_ id: String, at now: Int64) throws(CommunityError) {
    guard let (number, row) = find(id) else { throw .noSuchResource(id) }
    guard isMultilingual, isTranslatable(types[number]) else { return }
    var times = translations[row.uuid] ?? []
    // Two languages besides the one that is shown.
    if times.count > 1 { times.removeFirst() }
    translations[row.uuid] = times + [now]
  }

  /// `changed` of all translations of a row, that of the shown one first.
  func times(of row: Row) -> [Int64] {
    guard isMultilingual, let others = translations[row.uuid] else { return [row.changed] }
    return [row.changed] + others
  }
}
