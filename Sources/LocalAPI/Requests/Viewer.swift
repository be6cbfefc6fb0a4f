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
  /// What the sights of the token's consumer and account show, as far as its scopes go. Who is not signed in is shown the entry point
  /// and public files, and these whole.
  let sight: Sight
  /// The same whatever the scopes: what may be told of the user for whom the token stands.
  let sightOfThemselves: Sight

  /// It costs no look at the mirror: answers that were kept are found by it.
  init(_ caller: Caller, _ sights: Sights) {
    self.caller = caller
    guard let token = caller.token else {
      (sight, sightOfThemselves) = (.everything, .everything)
      return
    }
    sight = sights.sight(of: token)
    sightOfThemselves = token.sights.isEmpty ? .everything : sights.sight(of: token, asFarAsScopes: false)
  }
}
