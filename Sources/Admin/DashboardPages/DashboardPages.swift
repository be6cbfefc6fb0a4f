import Control
import Logging
import Store

/// The pages of the dashboard beside its overview, in the order of the navigation.
package enum DashboardPages {
  /// What waits, what stands against each other, what failed; clients and people.
  /// - Parameters:
  ///   - daemon: tells when the next round is due.
  ///   - sights: the names of the configuration's sights, as they are in force.
  ///   - logger: is told of what is done, a line each.
  package static func parts(
    of mirror: Mirror, daemon: any DaemonActions, sights: @escaping @Sendable () -> [String], logger: Logger
  ) -> [any DashboardPart] {
    let once = ShownOnce()
    let parts: [any DashboardPart] = [
      QueuePages(mirror: mirror), ConflictPages(mirror: mirror), FailurePages(mirror: mirror, daemon: daemon),
      ConsumerPages(mirror: mirror, sights: sights, once: once),
      AccountPages(mirror: mirror, sights: sights, once: once),
    ]
    return parts.map { NotedPart(part: $0, logger: logger) }
  }
}
