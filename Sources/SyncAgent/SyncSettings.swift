import Store

/// What a round of synchronisation does.
package struct SyncSettings: Sendable {
  /// The entity types to mirror; every bundle of them that the entry point links.
  package var entityTypes: [String]
  /// Only these resource or entity types; nil for all.
  package var only: [String]?
  /// Reads everything again, from the beginning.
  package var full = false
  /// How many types are read side by side.
  package var concurrency: Int
  /// How long a write on the site may take to become visible, in seconds (reference 6.5, W).
  package var settleWindowSeconds: Int

  /// Rows of a page, at most 50.
  package var pageLimit = 50
  /// Whether types are swept, and when.
  package var sweep = Sweeping.whenDue
  /// Seconds from the end of a type's sweep to its next (`sync.sweepIntervalSeconds`).
  package var sweepIntervalSeconds = 86_400
  /// How many requests a round may spend on sweeps; nil for as many as it takes. A sweep that is not done goes on in the
  /// next round.
  package var sweepRequests: Int?
  /// The share of a type that a sweep may remove without asking (`sync.maxRemovalShare`).
  package var maxRemovalShare = 0.2
  /// What becomes of what is closed to the account (`sync.onHidden`).
  package var onHidden = HiddenPolicy.drop
  /// Types whose held removals a person has agreed to.
  package var acceptedRemovals: Set<String> = []

  /// When the sweep of all that was asked for began, the site's Unix seconds, where one was cut short: what was swept since is not
  /// swept again. For the round itself to set.
  var sweepBegan: Int64?

  /// When types are swept.
  package enum Sweeping: Sendable {
    /// Those whose time has come or whose sweep is under way.
    case whenDue
    /// All of them, from the beginning; one that was cut short within the last day goes on.
    case now
    /// None.
    case never
  }

  /// Settings of a round.
  package init(entityTypes: [String], concurrency: Int, settleWindowSeconds: Int) {
    self.entityTypes = entityTypes
    self.concurrency = concurrency
    self.settleWindowSeconds = settleWindowSeconds
  }

  /// Whether a resource type (`node--topic`) is to be mirrored.
  func selects(_ type: String) -> Bool {
    let entityType = String(type.prefix { $0 != "-" })
    guard entityTypes.contains(entityType) else { return false }
    return only?.contains { $0 == type || $0 == entityType } ?? true
  }

  /// Whether a type is to be swept now.
  /// - Parameter time: the site's, Unix seconds.
  func isSweepDue(_ state: SweepState?, of type: String, at time: Int64) -> Bool {
    switch sweep {
    case .never: return false
    case .now:
      guard let sweepBegan, let state, state.started == nil, let finished = state.finished else { return true }
      return finished < sweepBegan
    case .whenDue:
      guard let state, state.started == nil, let finished = state.finished else { return true }
      if acceptedRemovals.contains(type) { return true }
      return !(finished...finished + Int64(sweepIntervalSeconds)).contains(time)
    }
  }
}
