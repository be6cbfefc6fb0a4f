import Coding

/// A new access token, perhaps with a refresh token: what the client gets and what the ledger keeps.
struct TokenPair {
  /// The answer's body, in the site's order (reference 7.3).
  var members: JSONObject
  var issue: TokenIssue

  /// Signs the access token. Nothing is valid until the ledger has the issue.
  init(_ endpoint: TokenEndpoint, _ consumer: Consumer, account: Int64?, _ scopes: [String]) async throws {
    let now = endpoint.now()
    let second = Int64(now.rounded(.down))
    let lifetime = consumer.accessTokenSeconds ?? endpoint.lifetimes.accessTokenSeconds
    let claims = AccessTokenClaims(
      aud: consumer.id, jti: Hexadecimal.text(endpoint.random(40)), iat: second, nbf: second,
      exp: now + Double(lifetime), scope: scopes, sub: account.map { String($0) })
    let accessToken = try await endpoint.key.sign(claims)
    members = JSONObject([
      ("token_type", .string("Bearer")), ("expires_in", .integer(lifetime)), ("access_token", .string(accessToken)),
    ])
    var refresh: TokenIssue.Refresh?
    if account != nil, consumer.grants.contains(.refreshToken) {
      let token = RefreshToken.generate(endpoint.random)
      members["refresh_token"] = .string(token)
      refresh = TokenIssue.Refresh(
        digest: RefreshTokenDigest(of: token), expiresAt: second + endpoint.lifetimes.refreshTokenSeconds)
    }
    issue = TokenIssue(
      accessTokenID: claims.jti, consumerID: consumer.id, accountID: account, scopes: scopes, issuedAt: second,
      accessExpiresAt: Int64(claims.exp.rounded(.up)), refresh: refresh)
  }
}
