/// A round that somebody wants now, by hand.
package struct RoundWish: Sendable, Hashable {
  /// What becomes of sweeps in it.
  package enum Sweep: String, Sendable, Hashable {
    /// Types whose time has come are swept, as in every round.
    case whenDue
    /// All are swept.
    case now
    /// None is.
    case never
  }

  /// Whether everything is read again, from the beginning.
  package var isFull: Bool
  /// What becomes of sweeps.
  package var sweep: Sweep
  /// Types whose held removals may go on: names of resource types.
  package var acceptedRemovals: Set<String>
  /// Resource types (`node--topic`) or entity types (`node`) to read; none means all that are mirrored.
  package var only: Set<String>
  /// Whether local changes that may be sent are left where they are.
  package var leavesChanges: Bool

  /// A wish; without arguments an ordinary round.
  package init(
    isFull: Bool = false, sweep: Sweep = .whenDue, acceptedRemovals: Set<String> = [], only: Set<String> = [],
    leavesChanges: Bool = false
  ) {
    self.isFull = isFull
    self.sweep = sweep
    self.acceptedRemovals = acceptedRemovals
    self.only = only
    self.leavesChanges = leavesChanges
  }

  /// An ordinary round.
  package static let round = RoundWish()
  /// A round that reads everything again.
  package static let full = RoundWish(isFull: true)
  /// A round that sweeps everything.
  package static let sweep = RoundWish(sweep: .now)

  /// A round in which held removals of these types go on.
  package static func accepting(removalsOf types: Set<String>) -> RoundWish { RoundWish(acceptedRemovals: types) }

  /// Whether it does all that an ordinary round does to what is mirrored: sweeps that are due among it.
  package var readsAll: Bool { only.isEmpty && sweep != .never }

  /// What is wanted, in a few words without a capital or a full stop, for a log and for who waits behind it.
  package var words: String {
    var words = [isFull ? "a full round" : "a round"]
    switch sweep {
    case .whenDue: break
    case .now: words.append("with a sweep of everything")
    case .never: words.append("without sweeps")
    }
    if !acceptedRemovals.isEmpty { words.append("accepting removals of \(Self.list(acceptedRemovals))") }
    if !only.isEmpty { words.append("of \(Self.list(only)) only") }
    if leavesChanges { words.append("without sending local changes") }
    return words.joined(separator: " ")
  }

  /// The names in their order, the first few of many.
  private static func list(_ names: Set<String>) -> String {
    let sorted = names.sorted()
    let more = sorted.count > 5 ? " and \(sorted.count - 5) more" : ""
    return sorted.prefix(5).joined(separator: ", ") + more
  }
}
