import GRDB

/// Clients and people of the local API.
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
    try read { try Tokens.consumer(id, $0) }
  }

  /// Adds or replaces a consumer. Replacing ends its tokens and codes, as on the site (reference 7.6); what people have allowed
  /// it stays.
  package func save(_ consumer: ConsumerRow) throws { try durableWrite { try Tokens.save(consumer, $0) } }

  /// Adds a consumer. On disk for good when this returns.
  /// - Returns: false, with nothing written, where there is one of this id.
  package func add(_ consumer: ConsumerRow) throws -> Bool {
    try durableWrite { db in
      guard try Tokens.consumer(consumer.id, db) == nil else { return false }
      try Tokens.save(consumer, db)
      return true
    }
  }

  /// Changes a consumer as it is by now, and ends its tokens and codes, in one transaction that is on disk for good when this returns.
  /// - Returns: false where there is none of this id.
  /// - Throws: what `body` throws, with nothing written.
  package func change(consumer id: String, _ body: (inout ConsumerRow) throws -> Void) throws -> Bool {
    try durableWrite { db in
      guard var consumer = try Tokens.consumer(id, db) else { return false }
      try body(&consumer)
      try Tokens.save(consumer, db)
      return true
    }
  }

  private static func consumer(_ id: String, _ db: Database) throws -> ConsumerRow? {
    try Row.fetchOne(db, sql: "SELECT * FROM consumer WHERE id = ?", arguments: [id]).map(ConsumerRow.init)
  }

  private static func save(_ consumer: ConsumerRow, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO consumer (id, label, secret_hash, grants, scopes, sight, redirect_uris, plain_challenge,
          access_token_seconds, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        consumer.id, consumer.label, consumer.secretHash, WordList.text(consumer.grants),
        WordList.text(consumer.scopes), consumer.sight, WordList.text(consumer.redirectURIs),
        consumer.isPlainChallengeAllowed, consumer.accessTokenSeconds, consumer.created,
      ])
    try db.execute(sql: "UPDATE issued_token SET revoked = 1 WHERE consumer = ?", arguments: [consumer.id])
    try db.execute(sql: "DELETE FROM authorization_code WHERE consumer = ?", arguments: [consumer.id])
  }

  /// Removes a consumer with its tokens, its codes, and what people have allowed it. False when there was none.
  package func removeConsumer(_ id: String) throws -> Bool {
    try durableWrite { db in
      for table in ["issued_token", "authorization_code", "consent"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE consumer = ?", arguments: [id])
      }
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

  /// Adds an account, or gives the one of that name a new password; then its tokens and codes end. One that was known by the
  /// site's word alone is one of this side from then on.
  /// - Parameters:
  ///   - userUUID: the user whom it stands for; nil leaves the one it has.
  ///   - scopes: the limit of its scopes; an empty list lifts it, nil leaves the one it has: a new password gives no rights.
  ///   - sight: the name of what it may see; nil leaves the one it has.
  ///   - isThere: whether there has to be one of that name already; nil for either.
  ///   - now: Unix seconds.
  /// - Returns: false, with nothing written, where `isThere` is not so.
  @discardableResult
  package func saveAccount(
    name: String, passwordHash: String, userUUID: String?, scopes: [String]?, sight: String? = nil,
    where isThere: Bool? = nil, at now: Int64
  ) throws -> Bool {
    try durableWrite { db in
      let one = try Int64.fetchOne(db, sql: "SELECT id FROM account WHERE name = ?", arguments: [name])
      if let isThere, isThere != (one != nil) { return false }
      try db.execute(
        sql: """
          INSERT INTO account (name, password_hash, user_uuid, scopes, sight, created)
          VALUES (?1, ?2, ?3, coalesce(?4, ''), ?5, ?6)
          ON CONFLICT (name) DO UPDATE SET password_hash = ?2, user_uuid = coalesce(?3, user_uuid),
            scopes = coalesce(?4, scopes), sight = coalesce(?5, sight), from_site = 0, verified_at = NULL
          """, arguments: [name, passwordHash, userUUID, scopes.map(WordList.text), sight, now])
      try Tokens.endAll(ofAccountNamed: name, db)
      return true
    }
  }

  /// Keeps a person whose password the site has just called right. Their tokens end where the password, as its hash tells, or the
  /// user is another one than before: who asks again about the same password gives the hash that is there.
  /// - Parameters:
  ///   - scopes: the limit of its scopes, as of all who are known by the site's word.
  ///   - now: when the site said so; Unix seconds.
  /// - Throws: `AccountAddedHere`, with nothing written, where an account of that name was added here: that one's password counts
  ///   alone.
  package func saveFromSite(
    name: String, passwordHash: String, userUUID: String?, scopes: [String], sight: String?, at now: Int64
  ) throws {
    try durableWrite { db in
      let before = try Row.fetchOne(db, sql: "SELECT * FROM account WHERE name = ?", arguments: [name])
        .map(AccountRow.init)
      if let before, !before.isFromSite { throw AccountAddedHere() }
      try db.execute(
        sql: """
          INSERT INTO account (name, password_hash, user_uuid, scopes, sight, created, from_site, verified_at)
          VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?6)
          ON CONFLICT (name) DO UPDATE SET password_hash = ?2, user_uuid = ?3, scopes = ?4, sight = ?5, verified_at = ?6
          """, arguments: [name, passwordHash, userUUID, WordList.text(scopes), sight, now])
      // A new one may have the number of one that was removed.
      if before?.passwordHash != passwordHash || before?.userUUID != userUUID {
        try Tokens.endAll(ofAccountNamed: name, db)
      }
    }
  }

  /// Removes an account with its tokens, its codes and its consents. False when there was none.
  package func removeAccount(_ name: String) throws -> Bool {
    try durableWrite { db in
      for table in ["issued_token", "authorization_code", "consent"] {
        try db.execute(
          sql: "DELETE FROM \(table) WHERE account = (SELECT id FROM account WHERE name = ?)", arguments: [name])
      }
      try db.execute(sql: "DELETE FROM account WHERE name = ?", arguments: [name])
      return db.changesCount > 0
    }
  }

  private static func endAll(ofAccountNamed name: String, _ db: Database) throws {
    let account = "account = (SELECT id FROM account WHERE name = ?)"
    try db.execute(sql: "UPDATE issued_token SET revoked = 1 WHERE \(account)", arguments: [name])
    try db.execute(sql: "DELETE FROM authorization_code WHERE \(account)", arguments: [name])
  }
}

/// An account that was added here is none that the site answers for.
package struct AccountAddedHere: Error, Sendable, Hashable, CustomStringConvertible {
  /// One line for the log.
  package var description: String { "an account of this name was added here meanwhile: its password counts alone" }
}
