import Store
import TokenIssuer

/// The token issuer's ledger, kept in the mirror. What is issued over a mirror that may only be read is kept in this
/// process and ends with it; consumers, accounts and what was issued before come from the mirror all the same.
package struct MirrorTokenLedger: TokenLedger {
  let tokens: Tokens
  /// What is kept in this process; nil where the mirror takes it.
  let own: IssuedHere?

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

  /// Of what the mirror says: nil for what it does not know.
  func outcome(_ isDone: Bool?) -> RotationOutcome {
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

  func row(_ issue: TokenIssue) -> IssuedTokenRow {
    IssuedTokenRow(
      jti: issue.accessTokenID, consumer: issue.consumerID, account: issue.accountID, scopes: issue.scopes,
      issued: issue.issuedAt, expires: issue.accessExpiresAt, refreshHash: issue.refresh?.digest.hex,
      refreshExpires: issue.refresh?.expiresAt, code: issue.code?.hex)
  }
}
