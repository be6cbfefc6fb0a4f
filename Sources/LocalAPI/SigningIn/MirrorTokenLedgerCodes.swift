import Store
import TokenIssuer

/// Codes, and what people have allowed.
extension MirrorTokenLedger {
  /// Keeps a code, as `record` does a pair.
  /// - Throws: as `record`.
  package func keep(_ code: AuthorizationCode) async throws {
    if let own { return own.keep(code) }
    let row = AuthorizationCodeRow(
      hash: code.digest.hex, consumer: code.consumerID, account: code.accountID, redirectURI: code.redirectURI,
      namesRedirectURI: code.namesRedirectURI, scopes: code.scopes, challenge: code.challenge?.text,
      challengeMethod: code.challenge?.method.rawValue, nonce: code.nonce, issued: code.issuedAt,
      expires: code.expiresAt)
    try await LocalWrites.run { [tokens] in try tokens.keep(row) }
  }

  /// What is known of a code; nil also where its challenge cannot be read: without it nothing would be asked of who brings it.
  /// - Throws: a fault of the mirror.
  package func authorizationCode(_ digest: AuthorizationCodeDigest) throws -> AuthorizationCodeRecord? {
    if let own { return own.code(digest) }
    return try tokens.authorizationCode(digest.hex).flatMap { row in
      let challenge = row.challenge.flatMap { text in
        row.challengeMethod.flatMap(CodeChallenge.Method.init(rawValue:)).flatMap { CodeChallenge(text, $0) }
      }
      guard (challenge == nil) == (row.challenge == nil) else { return nil }
      return AuthorizationCodeRecord(
        code: AuthorizationCode(
          digest: digest, consumerID: row.consumer, accountID: row.account, redirectURI: row.redirectURI,
          namesRedirectURI: row.namesRedirectURI, scopes: row.scopes, challenge: challenge, nonce: row.nonce,
          issuedAt: row.issued, expiresAt: row.expires),
        isUsed: row.isUsed)
    }
  }

  /// Uses a code up and keeps the pair that it gives, both or neither: of several who come with the same code one gets `.rotated`.
  /// - Throws: as `record`; then nothing has changed.
  package func redeem(_ digest: AuthorizationCodeDigest, for issue: TokenIssue) async throws -> RotationOutcome {
    if let own { return own.redeem(digest, for: issue) }
    let row = row(issue)
    return outcome(try await LocalWrites.run { [tokens] in try tokens.redeem(codeHash: digest.hex, for: row) })
  }

  /// Ends what goes back to a code.
  /// - Throws: as `record`.
  package func endTokens(of code: AuthorizationCodeDigest) async throws -> [String] {
    if let own { return own.endTokens(of: code) }
    return try await LocalWrites.run { [tokens] in try tokens.endTokens(ofCode: code.hex) }
  }

  /// What a person has allowed a client.
  /// - Throws: a fault of the mirror.
  package func consent(consumerID: String, accountID: Int64) throws -> [String]? {
    if let scopes = own?.consent(consumerID, accountID) { return scopes }
    return try tokens.consent(consumer: consumerID, account: accountID)
  }

  /// Remembers what a person allows a client.
  /// - Throws: as `record`.
  package func remember(_ scopes: [String], consumerID: String, accountID: Int64, at now: Int64) async throws {
    if let own { return own.remember(scopes, consumerID, accountID) }
    try await LocalWrites.run { [tokens] in
      try tokens.remember(scopes, consumer: consumerID, account: accountID, at: now)
    }
  }
}
