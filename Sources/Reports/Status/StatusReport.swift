import JSONAPI
import Store

/// The state of a mirror: what it holds, how current that is, what was left out, and what waits for the site or for a person.
package struct StatusReport: Report {
  /// Types, rounds, site and size.
  package var status: MirrorStatus
  /// The automatic indexes; empty where they were not asked for.
  package var indexes: [PathIndexRow]
  /// Local changes by state.
  package var outbox: OutboxStatus
  /// What could not be used.
  package var setAside: [SetAside]
  /// How far receivers of webhooks have been told.
  package var webhooks: [WebhookRow] = []
  /// How many tries to sign in to the local API were refused; nil where that was not asked.
  package var signIns: RefusedSignIns?
  /// The write-ahead log; nil where that was not asked.
  package var log: LogState?
  /// When it was gathered, Unix seconds of this machine.
  package var now: Int64

  /// A state that was read.
  package init(
    _ status: MirrorStatus, indexes: [PathIndexRow] = [], outbox: OutboxStatus, setAside: [SetAside] = [], now: Int64
  ) {
    self.status = status
    self.indexes = indexes
    self.outbox = outbox
    self.setAside = setAside
    self.now = now
  }

  /// Reads the state.
  /// - Parameters:
  ///   - withIndexes: whether indexes are counted, too: the text form does without them.
  ///   - now: Unix seconds of this machine.
  /// - Throws: a fault of the mirror.
  package init(of mirror: Mirror, withIndexes: Bool, at now: Int64) throws {
    self.init(
      try mirror.reporting.status(), indexes: withIndexes ? try mirror.indexing.pathIndexes() : [],
      outbox: try mirror.reporting.outboxStatus(),
      setAside: try mirror.reading.setAside(), now: now)
    webhooks = try mirror.feed.webhooks()
    log = try mirror.reporting.logState()
  }
}

extension StatusReport {
  /// Resources in the mirror.
  package var resources: Int64 { status.types.reduce(0) { $0.addingClamped($1.rows) } }
  /// Seconds that the type that is furthest behind is behind the site; nil while no type is known to any time.
  package var lag: Int64? { status.types.compactMap { lag(of: $0) }.max() }
  /// Types that were never read to their end.
  package var unreadTypes: Int { status.types.count { $0.knownUntil == nil } }
  /// Types whose last reading or sweep failed.
  package var failedTypes: Int { status.types.count { $0.coverage?.outcome == RunOutcome.failed.rawValue } }
  /// Types that were swept to their end.
  package var sweptTypes: Int { status.types.count { $0.lastSweep != nil } }
  /// Types of which a sweep is under way.
  package var sweepingTypes: Int { status.types.count(where: \.isSweeping) }
  /// When the type that was not swept for longest was swept, the site's Unix seconds; nil before the first sweep.
  package var oldestSweep: Int64? { status.types.compactMap(\.lastSweep).min() }
  /// Removals that wait for a person.
  package var heldRemovals: Int64 { status.types.reduce(0) { $0.addingClamped($1.held) } }
  /// What is gone, by why.
  package var tombstones: [Tombstone.Kind: Int64] {
    status.types.reduce(into: [:]) { sums, type in
      sums.merge(type.tombstones) { $0.addingClamped($1) }
    }
  }
  /// The last round; nil before the first.
  package var lastRound: MirrorStatus.Run? { status.runs.first }
  /// Whether the last round got as far as to read something.
  package var isSiteReached: Bool { !status.runs.isEmpty && status.unreadSince == nil }
  /// Seconds since the last complete round ended; nil where there was none.
  package var secondsSinceComplete: Int64? {
    status.lastComplete.map { max(0, now.subtractingClamped($0.finished ?? $0.started)) }
  }
  /// Seconds that the oldest local change waits for the site; nil where none waits.
  package var oldestWait: Int64? { outbox.oldest.map { max(0, now.subtractingClamped($0)) } }
  /// What was set aside, by what it is.
  package var setAsideByKind: [SetAside.Kind: Int] {
    setAside.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
  }
  /// Whether something waits for a person: removals, conflicts, changes that the site refused.
  package var needsPerson: Bool { heldRemovals > 0 || outbox.waitingForPerson > 0 }

  /// Seconds that a type is behind the site; nil before it was read to its end.
  package func lag(of type: MirrorStatus.TypeStatus) -> Int64? {
    type.knownUntil.map { max(0, now.subtractingClamped($0)) }
  }
}
