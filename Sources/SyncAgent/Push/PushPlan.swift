import JSONAPI
import Store

/// Which changes may go to the site now. Pure: the rows of the outbox and the time decide.
///
/// - The changes of one resource go in their order; behind a conflict, a creation that was refused, or one under way, the
///   others wait. A refused update or deletion holds up nothing.
/// - What points to a resource that the site does not have yet waits for its creation: files before their users, topics
///   before their comments. Creations wait only for older ones (`Coalescing`), so that none wait for each other.
/// - What points to a resource whose creation was refused is refused with it (`Outbox.refuse`): an update holds up nothing
///   then, either.
/// - A deletion waits for older changes that point to what it deletes.
package struct PushPlan: Sendable {
  /// What can be sent, the oldest first.
  package private(set) var ready: [OutboxChange] = []
  /// When the next one becomes ready that only waits for its time, Unix seconds; nil when there is none.
  package private(set) var next: Int64?
  /// What cannot go because the site refused a creation, and does not say so yet. To be written down before anything is sent.
  package private(set) var stuck: [StuckChange] = []

  /// - Parameters:
  ///   - changes: all unsettled changes, the oldest first.
  ///   - now: Unix seconds.
  ///   - hurries: whether a change goes although its time has not come.
  package init(_ changes: [OutboxChange], now: Int64, hurries: (OutboxChange) -> Bool = { _ in false }) {
    let creations = changes.filter(\.isCreation)
    let unborn = Set(creations.map(\.uuid))
    let refused = PushPlan.refused(creations)
    var held: Set<Int64> = []
    var named: Set<ResourceID> = []
    for change in changes {
      if !change.isCreation, change.state == .queued, let creation = refused[change.uuid] {
        let isTold = change.error == StuckChange.reason(creation)
        if !isTold { stuck.append(StuckChange(change, for: creation, isBehind: true)) }
        continue
      }
      let targets = change.targets
      let others = targets.subtracting([change.uuid])
      if !refused.isEmpty, change.state == .queued, let creation = others.compactMap({ refused[$0] }).min() {
        stuck.append(StuckChange(change, for: creation))
        continue
      }
      let isFree =
        !held.contains(change.resource) && others.isDisjoint(with: unborn)
        && !(change.kind == .delete && named.contains(change.uuid))
      if change.state != .rejected || change.isCreation { held.insert(change.resource) }
      if change.state != .rejected, change.state != .conflict { named.formUnion(targets) }
      guard isFree, change.state == .queued || change.state == .uncertain else { continue }
      if change.nextAttempt <= now || hurries(change) {
        ready.append(change)
      } else {
        next = min(next ?? .max, change.nextAttempt)
      }
    }
  }

  /// The resources that the site will not have as things stand, each with the number of the creation that it refused: that of
  /// the resource itself, or that of one that it points to.
  private static func refused(_ creations: [OutboxChange]) -> [ResourceID: Int64] {
    guard creations.contains(where: { $0.state == .rejected }) else { return [:] }
    var refused: [ResourceID: Int64] = [:]
    for creation in creations where creation.state == .rejected || creation.state == .queued {
      let others = creation.targets.subtracting([creation.uuid])
      if let cause = others.compactMap({ refused[$0] }).min() {
        refused[creation.uuid] = cause
      } else if creation.state == .rejected {
        refused[creation.uuid] = creation.id
      }
    }
    return refused
  }
}
