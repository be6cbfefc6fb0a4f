import Store
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

/// Who asks, and what they may see: made once for each request.
struct Viewer: Sendable {
  let caller: Caller
  let sight: Sight

  init(_ caller: Caller) {
    self.caller = caller
    sight = Viewer.sight(of: caller)
  }

  /// What a caller may see, by the account, the consumer and the scopes of the token. It costs no look at the mirror: answers
  /// that were kept are found by it.
  private static func sight(of caller: Caller) -> Sight { .everything }
}
