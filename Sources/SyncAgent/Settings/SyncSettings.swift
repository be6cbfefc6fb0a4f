import JSONAPI
import OpenSocial
import Store
import JSONAPI

/// What a round of synchronisation does.
package struct SyncSettings: Sendable {
  /// The entity types to mirror, with every bundle of them that the entry point links; resource types too.
  package var entityTypes: [String]
  /// The types that `sync.conflicts` names.
  package var policyTypes: [String] = []
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
  /// How long the change feed tells of what has left, in seconds (`feed.keepRemovalsSeconds`).
  package var removalsKeptSeconds = 2_592_000
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

  /// What is mirrored unless configured otherwise: the ten entity types of an Open Social site.
  package static let usualEntityTypes = EntityTypes.usual

  /// Whether a resource type is to be mirrored in this round.
  /// - Parameters:
  ///   - type: such as `node--topic`.
  ///   - entityType: the one it belongs to; nil where the name tells.
  func selects(_ type: String, of entityType: String? = nil) -> Bool {
    let entityType = entityType ?? ResourceTypeName(type).entityType
    func names(_ name: String) -> Bool { name == type || EntityTypes.means(name, entityType) }
    guard entityTypes.contains(where: names) else { return false }
    return only?.contains(where: names) ?? true
  }

  /// Whether a type that the entry point links is to be mirrored in this round. A person may name it by its link, too.
  func selects(_ type: DiscoveredType) -> Bool {
    if selects(type.name, of: type.home.entityType) { return true }
    return entityTypes.contains(type.link) && (only?.contains(type.link) ?? true)
  }

  /// The same, whatever this round is about.
  func mirrors(_ type: DiscoveredType) -> Bool {
    var all = self
    all.only = nil
    return all.selects(type)
  }

  /// Whether a type is to be swept now.
  /// - Parameter time: the site's, Unix seconds.
  func isSweepDue(_ state: SweepState?, of type: String, at time: Int64) -> Bool {
    switch sweep {
    case .never: return false
    case .now:
      // What a guard stopped is looked at whole once more, whenever it was.
      guard let sweepBegan, let state, state.started == nil, state.held == 0, let finished = state.finished else {
        return true
      }
      return finished < sweepBegan
    case .whenDue:
      guard let state, state.started == nil, let finished = state.finished else { return true }
      if acceptedRemovals.contains(type) { return true }
      return !(finished...finished.addingClamped(Int64(sweepIntervalSeconds))).contains(time)
    }
  }
}
