import Control
import Store

/// The dashboard: pages for people at the admin port's `/`.
package struct DashboardRoutes: AdminRoutes {
  private let parts: [any DashboardPart]

  /// - Parameters:
  ///   - daemon: what carries out what is asked for.
  ///   - parts: pages beside the overview.
  package init(mirror: Mirror, daemon: any DaemonActions, parts: [any DashboardPart]) {
    self.parts = parts
  }

  package func answer(_ request: AdminRequest) async -> AdminAnswer? { nil }
}
