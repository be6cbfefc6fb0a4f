/// What rounds and pushes do. Safe from any thread.
package final class RoundMeasures: Sendable {
  /// How a round ended.
  package enum Outcome: String, CaseIterable, Sendable {
    /// All types were read to their ends.
    case complete
    /// Some could not be.
    case partial
    /// It was stopped as a whole.
    case failed
  }

  /// What was done to a resource by a round.
  package enum Change: String, CaseIterable, Sendable {
    case inserted, updated, removed
  }

  /// What became of a local change in a push.
  package enum Push: String, CaseIterable, Sendable {
    /// It is on the site.
    case settled
    /// A person has to decide.
    case conflict
    /// The site refused it.
    case rejected
    /// It failed and is tried again.
    case postponed
  }

  /// Rounds by outcome.
  package let rounds = Counts<Outcome>()
  /// How long they took.
  package let durations = Durations(bounds: Durations.ofRounds)
  /// Resources that they changed here.
  package let changes = Counts<Change>()
  /// Local changes that pushes carried.
  package let pushed = Counts<Push>()

  /// None yet.
  package init() {}
}
