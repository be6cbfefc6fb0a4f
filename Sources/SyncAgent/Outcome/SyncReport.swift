import Store

/// What a round did.
package struct SyncReport: Sendable {
  /// By type, in the order of their names.
  package var types: [TypeReport] = []
  /// Requests that belong to no type: the entry point. Sign-in is not counted.
  package var otherRequests = 0
  /// Resources that were not stored before, those of sweeps too.
  package var inserted = 0
  /// Resources that were stored otherwise, those of sweeps too.
  package var updated = 0
  /// The sweeps that went on in this round, by type.
  package var sweeps: [SweepReport] = []
  /// Types that are mirrored and that the site no longer names. Their resources stay.
  package var vanishedTypes: [String] = []
  /// Members that are not what they were.
  package var drifts: [SchemaDrift] = []
  /// Removals that wait for a person, by type: also those that an earlier round held.
  package var held: [HeldRemovals] = []

  /// All requests but for sign-in.
  package var requests: Int {
    types.reduce(otherRequests) { $0 + $1.requests } + sweeps.reduce(0) { $0 + $1.requests }
  }
  /// The types that could not be read to their end.
  package var failures: [TypeReport] { types.filter { $0.failure != nil } }
  /// Resources that sweeps removed.
  package var removed: Int { sweeps.reduce(0) { $0 + $1.removed } }
  /// The first thing that went wrong, for the ledger; nil for a success.
  package var trouble: String? {
    let read = failures.first.map { "\($0.type): \($0.failure.map { "\($0)" } ?? "")" }
    let swept = sweeps.first { $0.failure != nil }.map { "sweep of \($0.type): \($0.failure.map { "\($0)" } ?? "")" }
    return read ?? swept
  }
  /// Whether something waits for a person.
  package var needsPerson: Bool { !held.isEmpty || !vanishedTypes.isEmpty }
}
