import Coding
import JWTKit

/// The claims of an ID token (OpenID Connect Core, 2): who signed in, for the client alone.
struct IDTokenClaims: OrderedClaims {
  /// The issuer, as `/.well-known/openid-configuration` names it.
  var iss: String
  /// As `/oauth/userinfo` names the person (OpenID Connect Core, 5.3.2).
  var sub: String
  var aud: String
  var exp: Int64
  var iat: Int64
  /// What the client gave with its request, so that it knows its own.
  var nonce: String?

  func verify(using algorithm: some JWTAlgorithm) async throws {}

  var json: JSON {
    var members = JSONObject([
      ("iss", .string(iss)), ("sub", .string(sub)), ("aud", .string(aud)), ("exp", .integer(exp)),
      ("iat", .integer(iat)),
    ])
    if let nonce { members["nonce"] = .string(nonce) }
    return .object(members)
  }
}
