import JSONAPI
import Store
import SyncAgent

/// What a round has done so far, for one line. What sweeps look at is counted by itself: it was read before.
struct ProgressFigures: Sendable {
  private var types: Set<String> = []
  private var finished: Set<String> = []
  private var swept: Set<String> = []
  private var read: Int64 = 0
  private var lookedAt: Int64 = 0
  /// The newest serial number by entity type: no more resources than that can be there.
  private var highest: [String: Int64] = [:]
  /// What types that were read to their end had, by entity type.
  private var known: [String: Int64] = [:]

  /// Takes an event of a round.
  mutating func note(_ event: SyncEvent) {
    switch event {
    case .started(let types):
      self = ProgressFigures()
      self.types = Set(types)
    case .estimated(let type, let highest):
      let entityType = ProgressFigures.entityType(of: type)
      self.highest[entityType] = max(self.highest[entityType] ?? 0, highest)
    case .stored(let outcome): read += Int64(outcome.inserted + outcome.updated + outcome.unchanged)
    case .finished(let part):
      if finished.insert(part.type).inserted {
        known[ProgressFigures.entityType(of: part.type), default: 0] += Int64(part.seen)
      }
    case .swept(let part):
      lookedAt += Int64(part.seen)
      if part.isFinished { swept.insert(part.type) }
    case .drifted: break
    }
  }

  /// How many resources can be left to read at most: none of an entity type whose types are all read, however far its serial
  /// numbers go. Nil while there is a type of which that is not known.
  private var most: Int64? {
    let open = Set(types.subtracting(finished).map(ProgressFigures.entityType(of:)))
    var left: Int64 = 0
    for entityType in open {
      guard let highest = highest[entityType] else { return nil }
      left = left.addingReportingOverflow(max(0, highest - (known[entityType] ?? 0))).partialValue
    }
    // What was read of types that are not over is among that.
    return max(0, left - max(0, read - known.values.reduce(0, +)))
  }

  /// The line after so many seconds.
  func line(seconds: Double) -> String {
    let rate = Double(read) / max(seconds, 0.001)
    if !types.isEmpty, finished.count >= types.count, lookedAt > 0 {
      return "\(read) resources read, \(lookedAt) looked at by sweeps, \(swept.count) of \(types.count) types swept"
    }
    var line = "\(read) resources, \(Int(rate))/s, \(finished.count) of \(types.count) types"
    // Serial numbers of what was deleted long ago count, too: where they may be most of what is left, no time is promised.
    guard rate > 0, let most, most > 0 else { return line }
    line += most <= read ? ", at most \(ProgressFigures.duration(Double(most) / rate)) left" : ", at most \(most) more"
    return line
  }

  private static func entityType(of type: String) -> String { ResourceTypeName(type).entityType }

  /// `45 s`, `12 min`, `3 h`.
  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(seconds.rounded(.up))) s"
    case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
    default: "\(Int((min(seconds, 1e9) / 3600).rounded(.up))) h"
    }
  }
}
