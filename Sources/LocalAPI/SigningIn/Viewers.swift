import Foundation
import TokenIssuer

/// Tells by the token of a request who asks.
struct Viewers: Sendable {
  let verifier: AccessTokenVerifier
  let sights: Sights

  /// The viewer, where that takes no waiting: nil for a token that was not seen lately.
  /// - Parameter now: Unix seconds.
  /// - Throws: the ledger's error.
  func viewerAtOnce(_ request: RequestHead, at now: Double = Date().timeIntervalSince1970) throws -> Viewer? {
    guard let bearer = Viewers.bearer(request) else { return Viewer(.anonymous, sights) }
    return try verifier.cached(bearer, at: now).map { Viewer(.known($0), sights) }
  }

  /// The viewer of any request.
  /// - Throws: the ledger's error.
  func viewer(_ request: RequestHead) async throws -> Viewer {
    if let viewer = try viewerAtOnce(request) { return viewer }
    guard let bearer = Viewers.bearer(request) else { return Viewer(.anonymous, sights) }
    do {
      return Viewer(.known(try await verifier.verify(bearer, at: Date().timeIntervalSince1970)), sights)
    } catch let failure as BearerFailure {
      return Viewer(.refused(failure), sights)
    }
  }

  private static func bearer(_ request: RequestHead) -> String? {
    request.authorization.flatMap { AccessTokenVerifier.bearerToken(inAuthorization: $0) }
  }
}
