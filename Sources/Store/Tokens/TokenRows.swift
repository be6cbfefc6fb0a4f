import GRDB

/// A pair of tokens that was issued: their names only. Times are Unix seconds.
package struct IssuedTokenRow: Sendable, Hashable {
  /// The `jti` of the access token (RFC 7519, 4.1.7).
  package var jti: String
  /// The `client_id` that it was issued to.
  package var consumer: String
  /// The number of the account; nil where the client acts for itself (RFC 6749, 4.4).
  package var account: Int64?
  /// In the order of the token's `scope` claim.
  package var scopes: [String]
  /// When it was issued.
  package var issued: Int64
  /// The first second at which the access token is no longer valid (RFC 7519, 4.1.4).
  package var expires: Int64
  /// Whether it was used up by a refresh, revoked, or its client or account was replaced.
  package var isRevoked: Bool
  /// The digest of the refresh token, hexadecimal.
  package var refreshHash: String?
  /// The last second at which the refresh token may be used; nil where there is none.
  package var refreshExpires: Int64?
  /// The digest of the authorization code that it goes back to; nil where it began otherwise.
  package var code: String?

  /// A pair of tokens.
  package init(
    jti: String, consumer: String, account: Int64?, scopes: [String], issued: Int64, expires: Int64,
    isRevoked: Bool = false, refreshHash: String?, refreshExpires: Int64?, code: String? = nil
  ) {
    self.jti = jti
    self.consumer = consumer
    self.account = account
    self.scopes = scopes
    self.issued = issued
    self.expires = expires
    self.isRevoked = isRevoked
    self.refreshHash = refreshHash
    self.refreshExpires = refreshExpires
    self.code = code
  }

  init(_ row: Row) throws {
    try self.init(
      jti: row.decode(forColumn: "jti"), consumer: row.decode(forColumn: "consumer"),
      account: row.decode(forColumn: "account"), scopes: WordList.words(row.decode(forColumn: "scopes")),
      issued: row.decode(forColumn: "issued"), expires: row.decode(forColumn: "expires"),
      isRevoked: row.decode(forColumn: "revoked"), refreshHash: row.decode(forColumn: "refresh_hash"),
      refreshExpires: row.decode(forColumn: "refresh_expires"), code: row.decode(forColumn: "code"))
  }
}

/// What a token was given, and what its client and its account may have by now.
package struct TokenRightsRow: Sendable, Hashable {
  /// The client that it was issued to.
  package var consumer: String
  /// The number of the account; nil where the client acts for itself (RFC 6749, 4.4).
  package var account: Int64?
  /// The token's own scopes.
  package var scopes: [String]
  /// The client's scopes.
  package var consumerScopes: [String]
  /// The name of what the client may see; nil for everything.
  package var consumerSight: String?
  /// The limit of the account's scopes; empty for none, and where there is no account.
  package var accountScopes: [String]
  /// The name of what the account may see; nil for everything, and where there is no account.
  package var accountSight: String?
  /// The user whom the account stands for.
  package var userUUID: String?

  init(_ row: Row) throws {
    consumer = try row.decode(forColumn: "consumer")
    account = try row.decode(forColumn: "account")
    scopes = try WordList.words(row.decode(forColumn: "scopes"))
    consumerScopes = try WordList.words(row.decode(forColumn: "consumer_scopes"))
    consumerSight = try row.decode(forColumn: "consumer_sight")
    accountScopes = try WordList.words(row.decode(forColumn: "account_scopes"))
    accountSight = try row.decode(forColumn: "account_sight")
    userUUID = try row.decode(forColumn: "user_uuid")
  }
}

/// Pairs of tokens.
extension Tokens {
  /// Keeps a pair that was issued, and forgets pairs that are over. On disk for good when this returns.
  package func record(_ token: IssuedTokenRow) throws { try durableWrite { try Tokens.insert(token, $0) } }

  /// The pair with this refresh token.
  package func issuedToken(refreshHash: String) throws -> IssuedTokenRow? {
    try read {
      try Row.fetchOne($0, sql: "SELECT * FROM issued_token WHERE refresh_hash = ?", arguments: [refreshHash])
        .map(IssuedTokenRow.init)
    }
  }

  /// Ends the pair with this refresh token and keeps the new one, in one transaction that is on disk for good when this returns: a
  /// token that was used stays used, whatever happens then.
  /// - Returns: true when it was done, false when the pair had ended before, nil when it is not known.
  package func rotate(refreshHash: String, to new: IssuedTokenRow) throws -> Bool? {
    try durableWrite { db in
      let sql = "SELECT revoked FROM issued_token WHERE refresh_hash = ?"
      guard let revoked = try Bool.fetchOne(db, sql: sql, arguments: [refreshHash]) else { return nil }
      guard !revoked else { return false }
      try db.execute(sql: "UPDATE issued_token SET revoked = 1 WHERE refresh_hash = ?", arguments: [refreshHash])
      try Tokens.insert(new, db)
      return true
    }
  }

  /// Ends the pair of an access token. On disk for good when this returns.
  package func end(jti: String) throws {
    try durableWrite { try $0.execute(sql: "UPDATE issued_token SET revoked = 1 WHERE jti = ?", arguments: [jti]) }
  }

  /// What an access token may do now; nil where it was not issued here or has ended, and where its client or its account is gone.
  package func rights(jti: String) throws -> TokenRightsRow? {
    try read { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT t.consumer, t.account, t.scopes, c.scopes AS consumer_scopes, c.sight AS consumer_sight,
            coalesce(a.scopes, '') AS account_scopes, a.sight AS account_sight, a.user_uuid
          FROM issued_token t JOIN consumer c ON c.id = t.consumer LEFT JOIN account a ON a.id = t.account
          WHERE t.jti = ? AND NOT t.revoked AND (t.account IS NULL OR a.id IS NOT NULL)
          """, arguments: [jti]
      ).map(TokenRightsRow.init)
    }
  }

  static func insert(_ token: IssuedTokenRow, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM issued_token WHERE expires < ?1 AND coalesce(refresh_expires, 0) < ?1
        """, arguments: [token.issued])
    try db.execute(
      sql: """
        INSERT INTO issued_token (jti, consumer, account, scopes, issued, expires, revoked, refresh_hash, refresh_expires, code)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        token.jti, token.consumer, token.account, WordList.text(token.scopes), token.issued, token.expires,
        token.isRevoked, token.refreshHash, token.refreshExpires, token.code,
      ])
  }
}
