/// Further paths of the admin port, beside `/healthz`, `/readyz`, `/metrics` and `/status.json`, which are the server's.
package protocol AdminRoutes: Sendable {
  /// The answer; nil where the path is none of these routes: then the next are asked, and at last it is 404. A path that is theirs
  /// with another method is theirs to answer 405. Is called on no thread of its own: what waits for the mirror goes to `AdminThreads`.
  func answer(_ request: AdminRequest) async -> AdminAnswer?
  /// Whether a request is of somebody who has signed in here: then it may see what local requests may (`/status.json`).
  func admits(_ request: AdminRequest) async -> Bool
}

extension AdminRoutes {
  /// Nobody signs in by these routes.
  package func admits(_ request: AdminRequest) async -> Bool { false }
}
