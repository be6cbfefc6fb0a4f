import Foundation
import GRDB

/// A client of the local API as it is stored. Names and scopes are without spaces; lists are in their order.
package struct ConsumerRow: Sendable, Hashable {
  /// The `client_id` (RFC 6749, 2.2).
  package var id: String
  /// What people call it.
  package var label: String
  /// The encoded hash; nil for a public client.
  package var secretHash: String?
  /// What it may ask for, by `grant_type` (RFC 6749, 4 and 6).
  package var grants: [String]
  /// The scopes that it may ask for (RFC 6749, 3.3).
  package var scopes: [String]
  /// Unix seconds.
  package var created: Int64

  /// A consumer.
  package init(id: String, label: String, secretHash: String?, grants: [String], scopes: [String], created: Int64) {
    self.id = id
    self.label = label
    self.secretHash = secretHash
    self.grants = grants
    self.scopes = scopes
    self.created = created
  }

  init(_ row: Row) throws {
    try self.init(
      id: row.decode(forColumn: "id"), label: row.decode(forColumn: "label"),
      secretHash: row.decode(forColumn: "secret_hash"), grants: words(row.decode(forColumn: "grants")),
      scopes: words(row.decode(forColumn: "scopes")), created: row.decode(forColumn: "created"))
  }
}

/// A person who may sign in to the local API.
package struct AccountRow: Sendable, Hashable {
  /// The number by which tokens name it.
  package var id: Int64
  /// The `username` (RFC 6749, 4.3.2), compared exactly.
  package var name: String
  /// The encoded hash of the `password`.
  package var passwordHash: String
  /// The `user--user` resource that the account stands for.
  package var userUUID: String?
  /// The scopes that its tokens are limited to; empty for no limit but the client's.
  package var scopes: [String]

  init(_ row: Row) throws {
    id = try row.decode(forColumn: "id")
    name = try row.decode(forColumn: "name")
    passwordHash = try row.decode(forColumn: "password_hash")
    userUUID = try row.decode(forColumn: "user_uuid")
    scopes = try words(row.decode(forColumn: "scopes"))
  }
}

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
  /// Whether it was used up by a refresh, or its client or account was replaced.
  package var isRevoked: Bool
  /// The digest of the refresh token, hexadecimal.
  package var refreshHash: String?
  /// The last second at which the refresh token may be used; nil where there is none.
  package var refreshExpires: Int64?

  /// A pair of tokens.
  package init(
    jti: String, consumer: String, account: Int64?, scopes: [String], issued: Int64, expires: Int64,
    isRevoked: Bool = false,
    refreshHash: String?, refreshExpires: Int64?
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
  }

  init(_ row: Row) throws {
    try self.init(
      jti: row.decode(forColumn: "jti"), consumer: row.decode(forColumn: "consumer"),
      account: row.decode(forColumn: "account"), scopes: words(row.decode(forColumn: "scopes")),
      issued: row.decode(forColumn: "issued"), expires: row.decode(forColumn: "expires"),
      isRevoked: row.decode(forColumn: "revoked"), refreshHash: row.decode(forColumn: "refresh_hash"),
      refreshExpires: row.decode(forColumn: "refresh_expires"))
  }
}

private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

/// Clients, people and tokens of the local API.
///
/// What the issuer promises is on disk for good before anybody hears of it (`durableWrite`). With `synchronous = NORMAL` a
/// commit is only in the log of the system's cache: after a power cut a refresh token that was used, a secret that was replaced
/// or a client that was removed would be good again, and who has kept the old token gets in with it. Pages of the site may be
/// lost so, for they are pulled again; nobody gives these again.
extension Tokens {
  /// Whether nothing can be written here.
  package var isReadOnly: Bool { database.file.isReadOnly }

  /// All consumers, by id.
  package func consumers() throws -> [ConsumerRow] {
    try read { try Row.fetchAll($0, sql: "SELECT * FROM consumer ORDER BY id").map(ConsumerRow.init) }
  }

  /// The consumer of this id.
  package func consumer(_ id: String) throws -> ConsumerRow? {
    try read { try Row.fetchOne($0, sql: "SELECT * FROM consumer WHERE id = ?", arguments: [id]).map(ConsumerRow.init) }
  }

  /// Adds or replaces a consumer. Replacing ends its tokens, as on the site (reference 7.6).
  package func save(_ consumer: ConsumerRow) throws {
    try durableWrite { db in
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO consumer (id, label, secret_hash, grants, scopes, created) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          consumer.id, consumer.label, consumer.secretHash, consumer.grants.joined(separator: " "),
          consumer.scopes.joined(separator: " "), consumer.created,
        ])
      try db.execute(sql: "UPDATE issued_token SET revoked = 1 WHERE consumer = ?", arguments: [consumer.id])
    }
  }

  /// Removes a consumer and its tokens. False when there was none.
  package func removeConsumer(_ id: String) throws -> Bool {
    try durableWrite { db in
      try db.execute(sql: "DELETE FROM issued_token WHERE consumer = ?", arguments: [id])
      try db.execute(sql: "DELETE FROM consumer WHERE id = ?", arguments: [id])
      return db.changesCount > 0
    }
  }

  /// All accounts, by name.
  package func accounts() throws -> [AccountRow] {
    try read { try Row.fetchAll($0, sql: "SELECT * FROM account ORDER BY name").map(AccountRow.init) }
  }

  /// The account of this name.
  package func account(named name: String) throws -> AccountRow? {
    try read {
      try Row.fetchOne($0, sql: "SELECT * FROM account WHERE name = ?", arguments: [name]).map(AccountRow.init)
    }
  }

  /// The account of this id.
  package func account(_ id: Int64) throws -> AccountRow? {
    try read { try Row.fetchOne($0, sql: "SELECT * FROM account WHERE id = ?", arguments: [id]).map(AccountRow.init) }
  }

  /// Adds an account, or gives the one of that name a new password, user and scopes; then its tokens end.
  package func saveAccount(
    name: String, passwordHash: String, userUUID: String?, scopes: [String], at now: Int64
  ) throws {
    try durableWrite { db in
      try db.execute(
        sql: """
          INSERT INTO account (name, password_hash, user_uuid, scopes, created) VALUES (?1, ?2, ?3, ?4, ?5)
          ON CONFLICT (name) DO UPDATE SET password_hash = ?2, user_uuid = ?3, scopes = ?4
          """, arguments: [name, passwordHash, userUUID, scopes.joined(separator: " "), now])
      try db.execute(
        sql: "UPDATE issued_token SET revoked = 1 WHERE account = (SELECT id FROM account WHERE name = ?)",
        arguments: [name])
    }
  }

  /// Removes an account and its tokens. False when there was none.
  package func removeAccount(_ name: String) throws -> Bool {
    try durableWrite { db in
      try db.execute(
        sql: "DELETE FROM issued_token WHERE account = (SELECT id FROM account WHERE name = ?)", arguments: [name])
      try db.execute(sql: "DELETE FROM account WHERE name = ?", arguments: [name])
      return db.changesCount > 0
    }
  }

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

  /// Whether an access token was issued here and has not been ended.
  package func isActive(jti: String) throws -> Bool {
    try read {
      try Bool.fetchOne($0, sql: "SELECT NOT revoked FROM issued_token WHERE jti = ?", arguments: [jti]) ?? false
    }
  }

  private static func insert(_ token: IssuedTokenRow, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM issued_token WHERE expires < ?1 AND coalesce(refresh_expires, 0) < ?1
        """, arguments: [token.issued])
    try db.execute(
      sql: """
        INSERT INTO issued_token (jti, consumer, account, scopes, issued, expires, revoked, refresh_hash, refresh_expires)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        token.jti, token.consumer, token.account, token.scopes.joined(separator: " "), token.issued, token.expires,
        token.isRevoked, token.refreshHash, token.refreshExpires,
      ])
  }
}
