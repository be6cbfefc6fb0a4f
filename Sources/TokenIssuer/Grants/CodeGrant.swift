import Coding

extension TokenEndpoint {
  /// A code for a pair of tokens (RFC 6749, 4.1.3; RFC 7636, 4.5). A code that is brought with a wrong verifier or URI stays good for
  /// who has the right one, as on the site (reference 7.5); one that is brought a second time ends what the first gave (RFC 6749,
  /// 4.1.2), with all that came of it since.
  func authorizationCode(
    _ request: TokenRequest, _ consumer: Consumer, _ issuer: String?
  ) async throws -> JSONObject {
    guard let text = request["code"] else { throw OAuthFailure.invalidRequest("code") }
    let digest = AuthorizationCodeDigest(of: text)
    guard let record = try ledger.authorizationCode(digest) else {
      throw OAuthFailure.invalidGrant("Cannot validate the provided authorization code")
    }
    let code = record.code
    guard code.consumerID == consumer.id else {
      throw OAuthFailure.invalidRequest("code", hint: "Authorization code was not issued to this client")
    }
    if record.isUsed { try await endTokens(of: digest) }
    guard Double(code.expiresAt) >= now().rounded(.down) else {
      throw OAuthFailure.invalidGrant("Authorization code has expired")
    }
    guard !record.isUsed else { throw OAuthFailure.invalidGrant("Authorization code has been revoked") }
    try checkRedirectURI(request["redirect_uri"], code)
    try checkVerifier(request["code_verifier"], code, consumer)
    guard let account = try ledger.account(id: code.accountID) else {
      throw OAuthFailure.invalidGrant("Authorization code has been revoked")
    }
    let scopes = TokenRights(issued: code.scopes, consumer: consumer, account: account).scopes
    guard !scopes.isEmpty else { throw OAuthFailure.invalidScope("") }
    var pair = try await TokenPair(self, consumer, account: account.id, scopes)
    pair.issue.code = digest
    let members = try await members(of: pair, consumer, account, issuer, nonce: code.nonce)
    switch try await ledger.redeem(digest, for: pair.issue) {
    case .rotated: return members
    case .revoked:
      try await endTokens(of: digest)
      throw OAuthFailure.invalidGrant("Authorization code has been revoked")
    case .unknown: throw OAuthFailure.invalidGrant("Cannot validate the provided authorization code")
    }
  }

  private func endTokens(of code: AuthorizationCodeDigest) async throws {
    for id in try await ledger.endTokens(of: code) { cache.invalidate(accessTokenID: id) }
  }

  /// The URI of the authorization request has to be named again where it was named there, and is compared whole.
  private func checkRedirectURI(_ uri: String?, _ code: AuthorizationCode) throws(OAuthFailure) {
    guard let uri else {
      if code.namesRedirectURI { throw .invalidRequest("redirect_uri") }
      return
    }
    guard uri.utf8.elementsEqual(code.redirectURI.utf8) else {
      throw .invalidRequest("redirect_uri", hint: "Invalid redirect URI")
    }
  }

  /// A verifier is asked for where a challenge was given, and only there: else who leaves the challenge out of the request of somebody
  /// else could bring the code with a verifier of his own (RFC 9700, 4.8.2).
  private func checkVerifier(
    _ verifier: String?, _ code: AuthorizationCode, _ consumer: Consumer
  ) throws(OAuthFailure) {
    guard let challenge = code.challenge else {
      guard verifier == nil else {
        throw .invalidRequest("code_challenge", hint: "code_verifier received when no code_challenge is present")
      }
      // Nothing else proves a client that has no secret.
      guard consumer.secretHash != nil else { throw .invalidRequest("code_verifier") }
      return
    }
    guard let verifier else { throw .invalidRequest("code_verifier") }
    guard CodeChallenge.isText(verifier) else {
      throw .invalidRequest("code_verifier", hint: "Code Verifier must follow the specifications of RFC-7636.")
    }
    guard challenge.isMet(by: verifier) else { throw .invalidGrant("Failed to verify `code_verifier`.") }
  }

  /// What the client gets: with an ID token first (reference 7.3) where `openid` was granted.
  func members(
    of pair: TokenPair, _ consumer: Consumer, _ account: Account, _ issuer: String?, nonce: String? = nil
  ) async throws -> JSONObject {
    guard let issuer, pair.issue.scopes.contains(Scopes.openID) else { return pair.members }
    let issue = pair.issue
    let rights = TokenRights(issued: issue.scopes, consumer: consumer, account: account)
    let token = AccessToken(
      id: issue.accessTokenID, accountID: account.id, consumerID: consumer.id, scopes: rights.scopes,
      sights: rights.sights, userUUID: rights.userUUID, expiresAt: Double(issue.accessExpiresAt))
    guard let subject = try self.subject(token) else { return pair.members }
    let idToken = try await key.sign(
      IDTokenClaims(
        iss: issuer, sub: subject, aud: consumer.id, exp: issue.accessExpiresAt, iat: issue.issuedAt, nonce: nonce))
    var members = JSONObject([("id_token", .string(idToken))])
    for member in pair.members.members { members[member.name] = member.value }
    return members
  }
}
