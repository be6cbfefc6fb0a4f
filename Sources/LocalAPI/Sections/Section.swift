import Hummingbird
import Logging

/// A part of the local API: it answers the routes of one kind, each with an answer of its own, so that a route which nobody
/// answers does not compile. `SectionRouter` knows which section has which routes.
protocol Section<Routes>: Sendable {
  /// The section's routes.
  associatedtype Routes

  /// Answers a read (GET, HEAD, OPTIONS), without waiting for anything but the mirror.
  /// - Returns: nil where nothing stands.
  func answer(_ route: Routes, to asked: Asked) throws -> Answer?

  /// Answers a request of another method.
  /// - Parameter sent: what came with it.
  /// - Returns: nil where nothing stands.
  func change(_ route: Routes, _ asked: Asked, _ sent: Sent) async throws -> Answer?
}

extension Section {
  /// Where nothing can be changed, other methods are answered as reads are: the section tells them apart by the request's head.
  func change(_ route: Routes, _ asked: Asked, _ sent: Sent) async throws -> Answer? { try answer(route, to: asked) }
}

/// What comes with a request that may change something.
struct Sent: Sendable {
  /// The request with its body, which is not read yet.
  var request: Request
  /// The client of the connection; nil where nobody looks after it.
  var presence: ClientPresence?
  /// Where to tell the operator what the client is not told.
  var logger: Logger
  /// The client's: the peer's, or the one that a trusted proxy names.
  var address = ClientAddress.unknown
  /// Is called before the body is read: a client may wait with it until then (RFC 9110 section 10.1.1).
  var wantsBody: @Sendable () -> Void = {}
}
