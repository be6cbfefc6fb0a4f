import GRDB

/// An authorization code (RFC 6749, 4.1.2) as it is stored: its digest alone. Times are Unix seconds.
package struct AuthorizationCodeRow: Sendable, Hashable {
  /// The digest of the code, hexadecimal.
  package var hash: String
  /// The `client_id` that it was given to.
  package var consumer: String
  /// The number of the account whose rights it gives.
  package var account: Int64
  /// Where it was sent to.
  package var redirectURI: String
  /// Whether the request named that URI: then the token request has to name it, too (RFC 6749, 4.1.3).
  package var namesRedirectURI: Bool
  /// What was allowed.
  package var scopes: [String]
  /// The `code_challenge` (RFC 7636, 4.2); nil where none was given.
  package var challenge: String?
  /// `S256` or `plain`.
  package var challengeMethod: String?
  /// The `nonce` of OpenID Connect.
  package var nonce: String?
  /// When it was given.
  package var issued: Int64
  /// The last second at which it may be used.
  package var expires: Int64
  /// Whether it was used.
  package var isUsed: Bool

  /// A code.
  package init(
    hash: String, consumer: String, account: Int64, redirectURI: String, namesRedirectURI: Bool, scopes: [String],
    challenge: String?, challengeMethod: String?, nonce: String?, issued: Int64, expires: Int64, isUsed: Bool = false
  ) {
    self.hash = hash
    self.consumer = consumer
    self.account = account
    self.redirectURI = redirectURI
    self.namesRedirectURI = namesRedirectURI
    self.scopes = scopes
    self.challenge = challenge
    self.challengeMethod = challengeMethod
    self.nonce = nonce
    self.issued = issued
    self.expires = expires
    self.isUsed = isUsed
  }

  init(_ row: Row) throws {
    try self.init(
      hash: row.decode(forColumn: "hash"), consumer: row.decode(forColumn: "consumer"),
      account: row.decode(forColumn: "account"), redirectURI: row.decode(forColumn: "redirect_uri"),
      namesRedirectURI: row.decode(forColumn: "names_redirect_uri"),
      scopes: WordList.words(row.decode(forColumn: "scopes")), challenge: row.decode(forColumn: "challenge"),
      challengeMethod: row.decode(forColumn: "challenge_method"), nonce: row.decode(forColumn: "nonce"),
      issued: row.decode(forColumn: "issued"), expires: row.decode(forColumn: "expires"),
      isUsed: row.decode(forColumn: "used"))
  }
}

/// Authorization codes, and what people have allowed clients.
extension Tokens {
  /// How long a code is remembered after its end, so that who comes with it a second time is known: seconds.
  private static let remembered: Int64 = 86_400

  /// Keeps a code, and forgets those that are long over. On disk for good when this returns.
  package func keep(_ code: AuthorizationCodeRow) throws {
    try durableWrite { db in
      try db.execute(
        sql: "DELETE FROM authorization_code WHERE expires < ?", arguments: [code.issued - Tokens.remembered])
      try db.execute(
        sql: """
          INSERT INTO authorization_code (hash, consumer, account, redirect_uri, names_redirect_uri, scopes, challenge,
            challenge_method, nonce, issued, expires, used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          code.hash, code.consumer, code.account, code.redirectURI, code.namesRedirectURI, WordList.text(code.scopes),
          code.challenge, code.challengeMethod, code.nonce, code.issued, code.expires, code.isUsed,
        ])
    }
  }

  /// The code of this digest.
  package func authorizationCode(_ hash: String) throws -> AuthorizationCodeRow? {
    try read {
      try Row.fetchOne($0, sql: "SELECT * FROM authorization_code WHERE hash = ?", arguments: [hash])
        .map(AuthorizationCodeRow.init)
    }
  }

  /// Uses a code up and keeps the pair that it gives, in one transaction that is on disk for good when this returns.
  /// - Returns: true when it was done, false when the code was used before, nil when it is not known.
  package func redeem(codeHash: String, for token: IssuedTokenRow) throws -> Bool? {
    try durableWrite { db in
      let sql = "SELECT used FROM authorization_code WHERE hash = ?"
      guard let isUsed = try Bool.fetchOne(db, sql: sql, arguments: [codeHash]) else { return nil }
      guard !isUsed else { return false }
      try db.execute(sql: "UPDATE authorization_code SET used = 1 WHERE hash = ?", arguments: [codeHash])
      try Tokens.insert(token, db)
      return true
    }
  }

  /// Ends all pairs that go back to a code. On disk for good when this returns; where there is nothing to end, nothing is written.
  /// - Returns: the `jti` of each access token that ended.
  package func endTokens(ofCode hash: String) throws -> [String] {
    let sql = "SELECT jti FROM issued_token WHERE code = ? AND NOT revoked"
    guard try read({ try String.fetchOne($0, sql: sql, arguments: [hash]) }) != nil else { return [] }
    return try durableWrite { db in
      let ended = try String.fetchAll(db, sql: sql, arguments: [hash])
      try db.execute(sql: "UPDATE issued_token SET revoked = 1 WHERE code = ?", arguments: [hash])
      return ended
    }
  }

  /// The scopes that a person has allowed a client to have without being asked again; nil where they were never asked.
  package func consent(consumer: String, account: Int64) throws -> [String]? {
    try read {
      try String.fetchOne(
        $0, sql: "SELECT scopes FROM consent WHERE consumer = ? AND account = ?", arguments: [consumer, account]
      ).map(WordList.words)
    }
  }

  /// Remembers what a person allows a client, in the place of what they allowed before. On disk for good when this returns.
  /// - Parameter now: Unix seconds.
  package func remember(_ scopes: [String], consumer: String, account: Int64, at now: Int64) throws {
    try durableWrite { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO consent (consumer, account, scopes, given) VALUES (?, ?, ?, ?)",
        arguments: [consumer, account, WordList.text(scopes), now])
    }
  }
}
