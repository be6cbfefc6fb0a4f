import Control
import Store

/// The pages of the dashboard beside its overview, in the order of the navigation.
package enum DashboardPages {
  /// What waits, what stands against each other, what failed; clients and people.
  /// - Parameters:
  ///   - daemon: tells when the next round is due.
  ///   - sights: the names of the configuration's sights, as they are in force.
  package static func parts(
    of mirror: Mirror, daemon: any DaemonActions, sights: @escaping @Sendable () -> [String]
  ) -> [any DashboardPart] {
    let once = ShownOnce()
    return [
      QueuePages(mirror: mirror), ConflictPages(mirror: mirror), FailurePages(mirror: mirror, daemon: daemon),
      ConsumerPages(mirror: mirror, sights: sights, once: once),
      AccountPages(mirror: mirror, sights: sights, once: once),
    ]
  }
}
