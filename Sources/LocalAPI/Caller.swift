import Foundation
import HTTPTypes
import Hummingbird
import TokenIssuer

/// Who asks.
enum Caller: Sendable {
  case anonymous
  case known(AccessToken)
  /// A token that is no good.
  case refused(BearerFailure)
}

extension LocalAPIResponder {
  /// The caller, where that takes no waiting: nil for a token that was not seen lately.
  /// - Throws: the ledger's error.
  func callerAtOnce(_ request: Request) throws -> Caller? {
    guard let bearer = LocalAPIResponder.bearer(request) else { return .anonymous }
    return try verifier.cached(bearer, at: Date().timeIntervalSince1970).map { .known($0) }
  }

  /// The caller of any request.
  /// - Throws: the ledger's error.
  func caller(_ request: Request) async throws -> Caller {
    if let caller = try callerAtOnce(request) { return caller }
    guard let bearer = LocalAPIResponder.bearer(request) else { return .anonymous }
    do {
      return .known(try await verifier.verify(bearer, at: Date().timeIntervalSince1970))
    } catch let failure as BearerFailure {
      return .refused(failure)
    }
  }

  private static func bearer(_ request: Request) -> String? {
    request.headers[.authorization].flatMap { AccessTokenVerifier.bearerToken(inAuthorization: $0) }
  }
}
