import Foundation
import JSONAPI
import TokenIssuer

/// Who asks.
enum Caller: Sendable {
  case anonymous
  case known(AccessToken)
  /// A token that is no good.
  case refused(BearerFailure)

  /// The good token.
  var token: AccessToken? { if case .known(let token) = self { token } else { nil } }
  /// Why the token is no good.
  var failure: BearerFailure? { if case .refused(let failure) = self { failure } else { nil } }
}

extension LocalAPIResponder {
  /// The caller, where that takes no waiting: nil for a token that was not seen lately.
  /// - Throws: the ledger's error.
  func callerAtOnce(_ request: RequestHead) throws -> Caller? {
    guard let bearer = LocalAPIResponder.bearer(request) else { return .anonymous }
    return try verifier.cached(bearer, at: Date().timeIntervalSince1970).map { .known($0) }
  }

  /// The caller of any request.
  /// - Throws: the ledger's error.
  func caller(_ request: RequestHead) async throws -> Caller {
    if let caller = try callerAtOnce(request) { return caller }
    guard let bearer = LocalAPIResponder.bearer(request) else { return .anonymous }
    do {
      return .known(try await verifier.verify(bearer, at: Date().timeIntervalSince1970))
    } catch let failure as BearerFailure {
      return .refused(failure)
    }
  }

  /// What a caller is told where only signed-in ones are shown something; nil for those.
  static func refusal(of caller: Caller, _ uri: RequestURI) -> Answer? {
    switch caller {
    case .known: nil
    case .anonymous: anonymous(uri)
    case .refused(let failure): refused(failure)
    }
  }

  private static func bearer(_ request: RequestHead) -> String? {
    request.authorization.flatMap { AccessTokenVerifier.bearerToken(inAuthorization: $0) }
  }
}
