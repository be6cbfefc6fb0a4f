import Store

/// What happens during a round, for progress and logs. Never holds a secret.
package enum SyncEvent: Sendable {
  /// The types that will be read.
  case started(types: [String])
  /// A type's newest serial number: no more resources than that can be there.
  case estimated(type: String, highestID: Int64)
  /// Pages were committed.
  case stored(ApplyOutcome)
  /// A type was read to its end, or could not be.
  case finished(TypeReport)
  /// A type's members are not what they were. Said before the page is stored.
  case drifted(SchemaDrift)
  /// A type was swept, as far as this round went.
  case swept(SweepReport)
}

/// A type's part in a round.
package struct TypeReport: Sendable {
  package var type: String
  package var requests = 0
  /// Decoded content of the answers.
  package var bytes = 0
  package var pages = 0
  /// Resources that the site sent.
  package var seen = 0
  /// Resources that it left out for lack of access.
  package var omitted = 0
  /// Why the type could not be read to its end; nil when it was.
  package var failure: (any Error)?
  /// Whether nothing more of it is read in this round: parts of a long reading may be with others.
  var isOver = true
  /// Whether it was read from the beginning to its end in this round: that is its sweep, too.
  var isListed = false

  init(type: String) { self.type = type }

  /// Adds what another reader has read of the same type.
  mutating func add(_ part: TypeReport) {
    requests += part.requests
    bytes += part.bytes
    pages += part.pages
    seen += part.seen
    omitted += part.omitted
    failure = failure ?? part.failure
    isOver = part.isOver
    isListed = isListed || part.isListed
  }
}

/// What a round did.
package struct SyncReport: Sendable {
  /// By type, in the order of their names.
  package var types: [TypeReport] = []
  /// Requests that belong to no type: the entry point. Sign-in is not counted.
  package var otherRequests = 0
  package var inserted = 0
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

/// A sweep's part in a round.
package struct SweepReport: Sendable {
  package var type: String
  package var requests = 0
  /// Decoded content of the answers.
  package var bytes = 0
  package var pages = 0
  package var seen = 0
  package var inserted = 0
  package var updated = 0
  /// Removed resources by kind; with `sync.onHidden` keep, those newly marked.
  package var tombstones: [Tombstone.Kind: Int] = [:]
  /// Candidates of which the site said neither that they are there nor that they are gone.
  package var undecided = 0
  /// What cannot be used and was not known as such.
  package var setAside: [SetAside] = []
  /// Whether the sweep is over; otherwise it goes on in the next round.
  package var isFinished = false
  /// Why it could not go on; nil when it could.
  package var failure: (any Error)?

  /// How many resources were removed.
  package var removed: Int { tombstones.values.reduce(0, +) }

  init(type: String) { self.type = type }
}

/// Removals that a guard stopped.
package struct HeldRemovals: Sendable, Hashable, CustomStringConvertible {
  package var type: String
  /// Resources that the site no longer shows.
  package var candidates: Int
  /// Resources that are stored.
  package var rows: Int

  /// What a guard stopped.
  package init(type: String, candidates: Int, rows: Int) {
    self.type = type
    self.candidates = candidates
    self.rows = rows
  }

  /// What was seen, and the command that lets it go on.
  package var description: String {
    "the site no longer shows \(candidates) of \(rows) resources of \(type); nothing of it was removed. If that is right: "
      + "social-mirror sync --accept-removals \(type) (while `run` is stopped)"
  }
}
