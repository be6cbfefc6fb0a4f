import Coding

/// Where what is, for clients that find it out themselves (RFC 8414; OpenID Connect Discovery 1.0, 3).
package struct DiscoveryDocuments: Sendable, Hashable {
  private let issuer: String

  /// - Parameter issuer: the absolute URL before `/oauth/…`, without a slash at its end. It is the `iss` of ID tokens: who answers
  ///   token requests gives the same to `TokenEndpoint`.
  package init(issuer: String) { self.issuer = issuer }

  /// The answer of `/.well-known/oauth-authorization-server`.
  package var authorizationServer: TokenReply { .document(JSON.object(common).encoded(.site)) }

  /// The answer of `/.well-known/openid-configuration`.
  package var openIDConfiguration: TokenReply {
    var members = common
    members["userinfo_endpoint"] = .string("\(issuer)/oauth/userinfo")
    members["subject_types_supported"] = DiscoveryDocuments.list(["public"])
    members["id_token_signing_alg_values_supported"] = DiscoveryDocuments.list(["RS256"])
    members["claims_supported"] = DiscoveryDocuments.list([
      "iss", "sub", "aud", "exp", "iat", "nonce", "name", "preferred_username", "email", "email_verified", "profile",
      "locale", "zoneinfo", "updated_at",
    ])
    return .document(JSON.object(members).encoded(.site))
  }

  private var common: JSONObject {
    let secret = ["client_secret_basic", "client_secret_post"]
    return JSONObject([
      ("issuer", .string(issuer)), ("authorization_endpoint", .string("\(issuer)/oauth/authorize")),
      ("token_endpoint", .string("\(issuer)/oauth/token")), ("jwks_uri", .string("\(issuer)/oauth/jwks")),
      ("scopes_supported", DiscoveryDocuments.list(Scopes.standard + [Scopes.openID])),
      ("response_types_supported", DiscoveryDocuments.list(["code"])),
      ("response_modes_supported", DiscoveryDocuments.list(["query"])),
      ("grant_types_supported", DiscoveryDocuments.list(Grant.allCases.map(\.rawValue))),
      ("token_endpoint_auth_methods_supported", DiscoveryDocuments.list(secret + ["none"])),
      ("revocation_endpoint", .string("\(issuer)/oauth/revoke")),
      ("revocation_endpoint_auth_methods_supported", DiscoveryDocuments.list(secret + ["none"])),
      ("introspection_endpoint", .string("\(issuer)/oauth/introspect")),
      ("introspection_endpoint_auth_methods_supported", DiscoveryDocuments.list(secret)),
      (
        "code_challenge_methods_supported",
        DiscoveryDocuments.list(CodeChallenge.Method.allCases.map(\.rawValue))
      ),
    ])
  }

  private static func list(_ names: [String]) -> JSON { .array(names.map { .string($0) }) }
}
