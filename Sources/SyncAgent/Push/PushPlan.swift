import JSONAPI
import Store

/// Which changes may go to the site now. Pure: the rows of the outbox and the time decide.
///
/// - The changes of one resource go in their order; behind a conflict, a creation that was refused, or one under way, the
///   others wait. A refused update or deletion holds up nothing.
/// - What points to a resource that the site does not have yet waits for its creation: files before their users, topics
///   before their comments. Creations wait only for older ones (`Coalescing`), so that none wait for each other.
/// - A deletion waits for older changes that point to what it deletes.
package struct PushPlan: Sendable {
  /// What can be sent, the oldest first.
  package private(set) var ready: [OutboxChange] = []
  /// When the next one becomes ready that only waits for its time, Unix seconds; nil when there is none.
  package private(set) var next: Int64?

  /// - Parameters:
  ///   - changes: all unsettled changes, the oldest first.
  ///   - now: Unix seconds.
  package init(_ changes: [OutboxChange], now: Int64) {
    let creations = Set(changes.filter { $0.kind == .create || $0.kind == .upload }.map(\.uuid))
    var held: Set<Int64> = []
    var named: Set<ResourceUUID> = []
    for change in changes {
      let isFree =
        !held.contains(change.resource) && change.targets.subtracting([change.uuid]).isDisjoint(with: creations)
        && !(change.kind == .delete && named.contains(change.uuid))
      if change.state != .rejected || change.kind == .create || change.kind == .upload { held.insert(change.resource) }
      if change.state != .rejected, change.state != .conflict { named.formUnion(change.targets) }
      guard isFree, change.state == .queued || change.state == .uncertain else { continue }
      if change.nextAttempt <= now {
        ready.append(change)
      } else {
        next = min(next ?? .max, change.nextAttempt)
      }
    }
  }
}
