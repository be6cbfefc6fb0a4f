import Store
import Upstream

/// Types that are mirrored and that the site no longer names.
struct VanishedTypes {
  let reading: Reading
  let pulling: Pulling
  let sweeping: Sweeping
  let settings: SyncSettings

  /// Types with stored resources that the site no longer names.
  func names(missingIn entry: EntryPoint) throws -> [String] {
    let named = Set(entry.resourceTypes.map(\.name))
    return try reading.types().filter { !named.contains($0.name) && settings.selects($0.name, of: $0.entityType) }
      .map(\.name).filter { try reading.hasAny(of: $0) }
  }

  /// Removes all resources of types that the site no longer has, because a person has agreed to it.
  /// - Parameter siteTime: the site's clock at the start of the round, Unix seconds.
  func remove(_ types: [String], at siteTime: Int64, _ tally: Tally) throws {
    for type in types {
      var part = SweepReport(type: type)
      _ = try sweeping.beginSweep(of: type, at: siteTime)
      var waiting = try sweeping.everything(of: type)[...]
      while !waiting.isEmpty {
        try Task.checkCancellation()
        let removals = waiting.prefix(500).map {
          Removal($0, .deleted, how: "the site no longer has the type; its removal was accepted")
        }
        waiting = waiting.dropFirst(500)
        let done = try sweeping.remove(removals, of: type, onHidden: settings.onHidden, at: siteTime)
        part.tombstones.merge(done, uniquingKeysWith: +)
      }
      try sweeping.endSweep(of: type, at: siteTime)
      part.isFinished = true
      tally.add(part)
    }
    // Should they come back, they are read from the beginning.
    try pulling.forgetCursors(of: types)
  }
}
