import Store
import TokenIssuer

/// The token issuer's ledger, kept in the mirror. What is issued over a mirror that may only be read is kept in this
/// process and ends with it; consumers, accounts and what was issued before come from the mirror all the same.
package struct MirrorTokenLedger: TokenLedger {
  private let tokens: Tokens
  private let own: IssuedHere?

  /// The ledger of a mirror.
  package init(_ tokens: Tokens) {
    self.tokens = tokens
    own = tokens.isReadOnly ? IssuedHere() : nil
  }

  /// The client of this id, compared exactly; nil for none, and where its stored hash cannot be read: without it the client would
  /// pass for a public one, of which no secret is asked (RFC 6749 section 2.1). Grants that the program does not know are left out.
  /// - Throws: a fault of the mirror.
  package func consumer(id: String) throws -> Consumer? {
    try tokens.consumer(id).flatMap { row in
      let hash = row.secretHash.flatMap(SecretHash.init(encoded:))
      guard (hash == nil) == (row.secretHash == nil) else { return nil }
      return Consumer(
        id: row.id, label: row.label, secretHash: hash, grants: Set(row.grants.compactMap(Grant.init(rawValue:))),
        scopes: row.scopes, accessTokenSeconds: row.accessTokenSeconds, sight: row.sight,
        redirectURIs: row.redirectURIs, isPlainChallengeAllowed: row.isPlainChallengeAllowed)
    }
  }

  /// The account of this name, compared exactly; nil for none, and where its stored hash cannot be read.
  /// - Throws: a fault of the mirror.
  package func account(name: String) throws -> Account? { try tokens.account(named: name).flatMap(account) }
  /// The account of this id; nil as above.
  /// - Throws: a fault of the mirror.
  package func account(id: Int64) throws -> Account? { try tokens.account(id).flatMap(account) }

  /// Nil for a row whose hash cannot be read: nobody can sign in with it.
  private func account(_ row: AccountRow) -> Account? {
    SecretHash(encoded: row.passwordHash).map {
      Account(
        id: row.id, name: row.name, passwordHash: $0, userUUID: row.userUUID, scopes: row.scopes, sight: row.sight,
        isFromSite: row.isFromSite, verifiedAt: row.verifiedAt)
    }
  }

  /// Keeps a pair that was issued, on disk for good when this returns; over a mirror that may only be read, in this process.
  /// - Throws: a fault of the mirror; `MirrorFault` of the kind `busy` where another program holds its lock for too long.
  package func record(_ issue: TokenIssue) async throws {
    if let own { return own.record(issue) }
    let row = row(issue)
    try await LocalWrites.run { [tokens] in try tokens.record(row) }
  }

  /// What is known of a refresh token; nil when it was never issued here, or its pair was over and is forgotten.
  /// - Throws: a fault of the mirror.
  package func refreshToken(_ digest: RefreshTokenDigest) throws -> RefreshTokenRecord? {
    guard let own else { return try stored(digest) }
    if let known = own.record(of: digest) { return known }
    return try stored(digest).map(own.marked)
  }

  private func stored(_ digest: RefreshTokenDigest) throws -> RefreshTokenRecord? {
    try tokens.issuedToken(refreshHash: digest.hex).map { row in
      let refresh = row.refreshExpires.map { TokenIssue.Refresh(digest: digest, expiresAt: $0) }
      return RefreshTokenRecord(
        issue: TokenIssue(
          accessTokenID: row.jti, consumerID: row.consumer, accountID: row.account, scopes: row.scopes,
          issuedAt: row.issued, accessExpiresAt: row.expires, refresh: refresh,
          code: row.code.map { AuthorizationCodeDigest(stored: $0) }),
        isRevoked: row.isRevoked)
    }
  }

  /// Ends the pair of a refresh token and keeps the new one, both or neither: of several who come with the same token one gets
  /// `.rotated` (RFC 6749 section 6). On disk for good when this returns, as by `record`.
  /// - Throws: as `record`; then nothing has changed.
  package func rotate(_ old: RefreshTokenDigest, to new: TokenIssue) async throws -> RotationOutcome {
    if let own {
      guard let record = try refreshToken(old) else { return .unknown }
      return own.rotate(record, to: new) ? .rotated : .revoked
    }
    let row = row(new)
    return outcome(try await LocalWrites.run { [tokens] in try tokens.rotate(refreshHash: old.hex, to: row) })
  }

  private func outcome(_ isDone: Bool?) -> RotationOutcome {
    switch isDone {
    case true?: .rotated
    case false?: .revoked
    case nil: .unknown
    }
  }

  /// What an access token, named by its `jti`, may do now; nil where it is not known here or was ended, and where its client or its
  /// account is gone. Its time is not looked at.
  /// - Throws: a fault of the mirror.
  package func rights(accessTokenID: String) throws -> TokenRights? {
    if let own {
      if own.isEnded(accessTokenID) { return nil }
      if let issue = own.issue(accessTokenID) { return try rights(of: issue) }
    }
    return try tokens.rights(jti: accessTokenID).map { row in
      TokenRights(
        issued: row.scopes, consumer: (id: row.consumer, scopes: row.consumerScopes, sight: row.consumerSight),
        account: row.account.map { (id: $0, scopes: row.accountScopes, sight: row.accountSight) },
        userUUID: row.userUUID)
    }
  }

  /// The rights of a token that the mirror does not know.
  private func rights(of issue: TokenIssue) throws -> TokenRights? {
    guard let consumer = try self.consumer(id: issue.consumerID) else { return nil }
    guard let id = issue.accountID else { return TokenRights(issued: issue.scopes, consumer: consumer, account: nil) }
    return try account(id: id).map { TokenRights(issued: issue.scopes, consumer: consumer, account: $0) }
  }

  /// Ends an access token, named by its `jti`, with its refresh token; over a mirror that may only be read, for this process.
  /// - Throws: as `record`.
  package func revoke(accessTokenID: String) async throws {
    if let own { return own.end(accessTokenID) }
    try await LocalWrites.run { [tokens] in try tokens.end(jti: accessTokenID) }
  }

  private func row(_ issue: TokenIssue) -> IssuedTokenRow {
    IssuedTokenRow(
      jti: issue.accessTokenID, consumer: issue.consumerID, account: issue.accountID, scopes: issue.scopes,
      issued: issue.issuedAt, expires: issue.accessExpiresAt, refreshHash: issue.refresh?.digest.hex,
      refreshExpires: issue.refresh?.expiresAt, code: issue.code?.hex)
  }
}

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
