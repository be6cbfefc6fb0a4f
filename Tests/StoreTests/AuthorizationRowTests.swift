import Foundation
import GRDB
import Support
import Testing

@testable import Store

/// Codes, consents, sights and people of the site, in the file.
@Suite struct AuthorizationRowTests {
  private static let client = ConsumerRow(
    id: "c", label: "C", secretHash: nil, grants: ["authorization_code"], scopes: ["read", "write"], sight: "reporting",
    redirectURIs: ["https://h/back", "http://127.0.0.1/back"], isPlainChallengeAllowed: true, accessTokenSeconds: 60,
    created: 1)

  private static func code(_ hash: String, account: Int64 = 1, issued: Int64 = 100) -> AuthorizationCodeRow {
    AuthorizationCodeRow(
      hash: hash, consumer: "c", account: account, redirectURI: "https://h/back", namesRedirectURI: true,
      scopes: ["read"], challenge: "x", challengeMethod: "S256", nonce: "n", issued: issued, expires: issued + 300)
  }

  private static func pair(_ name: String, account: Int64 = 1, code: String? = nil) -> IssuedTokenRow {
    IssuedTokenRow(
      jti: name, consumer: "c", account: account, scopes: ["read", "write"], issued: 100, expires: 1000,
      refreshHash: "refresh-\(name)", refreshExpires: 1000, code: code)
  }

  private func mirror(_ body: (Mirror) throws -> Void) throws {
    let made = try CrawledMirror()
    try made.mirror.tokens.save(Self.client)
    try made.mirror.tokens.saveAccount(
      name: "ann", passwordHash: "h", userUUID: "u", scopes: ["read"], sight: "own", at: 1)
    try body(made.mirror)
    withExtendedLifetime(made) {}
  }

  @Test func whatIsKeptIsRead() throws {
    try mirror { mirror in
      #expect(try mirror.tokens.consumer("c") == Self.client)
      try mirror.tokens.keep(Self.code("one"))
      #expect(try mirror.tokens.authorizationCode("one") == Self.code("one"))
      #expect(try mirror.tokens.authorizationCode("two") == nil)
      let account = try #require(try mirror.tokens.account(named: "ann"))
      #expect(account.sight == "own" && !account.isFromSite && account.verifiedAt == nil)
    }
  }

  @Test func aCodeIsUsedOnceAndEndsWhatItGave() throws {
    try mirror { mirror in
      try mirror.tokens.keep(Self.code("one"))
      #expect(try mirror.tokens.redeem(codeHash: "one", for: Self.pair("a", code: "one")) == true)
      #expect(try mirror.tokens.redeem(codeHash: "one", for: Self.pair("b", code: "one")) == false)
      #expect(try mirror.tokens.redeem(codeHash: "other", for: Self.pair("b")) == nil)
      #expect(try mirror.tokens.authorizationCode("one")?.isUsed == true)
      #expect(try mirror.tokens.rotate(refreshHash: "refresh-a", to: Self.pair("c", code: "one")) == true)
      try mirror.tokens.record(Self.pair("d"))
      #expect(try mirror.tokens.endTokens(ofCode: "one") == ["c"])
      #expect(try mirror.tokens.endTokens(ofCode: "one").isEmpty)
      #expect(try mirror.tokens.rights(jti: "c") == nil && mirror.tokens.rights(jti: "d") != nil)
      #expect(try mirror.tokens.issuedToken(refreshHash: "refresh-c")?.isRevoked == true)
      try mirror.tokens.end(jti: "d")
      #expect(try mirror.tokens.rights(jti: "d") == nil)
    }
  }

  @Test func codesAreForgottenADayAfterTheirEnd() throws {
    try mirror { mirror in
      try mirror.tokens.keep(Self.code("one", issued: 100))
      try mirror.tokens.keep(Self.code("two", issued: 400 + 86_400))
      #expect(try mirror.tokens.authorizationCode("one") != nil)
      try mirror.tokens.keep(Self.code("three", issued: 401 + 86_400))
      #expect(try mirror.tokens.authorizationCode("one") == nil && mirror.tokens.authorizationCode("two") != nil)
    }
  }

  @Test func rightsAreThoseOfNow() throws {
    try mirror { mirror in
      try mirror.tokens.record(Self.pair("a"))
      let rights = try #require(try mirror.tokens.rights(jti: "a"))
      #expect(rights.scopes == ["read", "write"] && rights.consumerScopes == ["read", "write"])
      #expect(rights.consumerSight == "reporting" && rights.accountSight == "own")
      #expect(rights.accountScopes == ["read"] && rights.userUUID == "u")
      var own = Self.pair("own")
      own.account = nil
      try mirror.tokens.record(own)
      #expect(try mirror.tokens.rights(jti: "own")?.accountScopes == [])
      // Its account was removed by other means than the command.
      try mirror.database.write { try $0.execute(sql: "DELETE FROM account") }
      #expect(try mirror.tokens.rights(jti: "a") == nil && mirror.tokens.rights(jti: "own") != nil)
      try mirror.database.write { try $0.execute(sql: "DELETE FROM consumer") }
      #expect(try mirror.tokens.rights(jti: "own") == nil)
    }
  }

  @Test(arguments: ["rotate", "password", "consumer", "account"])
  func codesAndConsentsEndWithWhomTheyAreFor(what: String) throws {
    try mirror { mirror in
      let tokens = mirror.tokens
      let account = try #require(try tokens.account(named: "ann")).id
      try tokens.keep(Self.code("one", account: account))
      try tokens.remember(["read"], consumer: "c", account: account, at: 100)
      #expect(try tokens.consent(consumer: "c", account: account) == ["read"])
      switch what {
      case "rotate": try tokens.save(Self.client)
      case "password": try tokens.saveAccount(name: "ann", passwordHash: "k", userUUID: nil, scopes: nil, at: 2)
      case "consumer": #expect(try tokens.removeConsumer("c"))
      default: #expect(try tokens.removeAccount("ann"))
      }
      #expect(try tokens.authorizationCode("one") == nil)
      let isGone = what == "consumer" || what == "account"
      #expect(try (tokens.consent(consumer: "c", account: account) == nil) == isGone)
    }
  }

  /// A new password gives no rights.
  @Test func aNewPasswordChangesNothingElse() throws {
    try mirror { mirror in
      try mirror.tokens.saveAccount(name: "ann", passwordHash: "k", userUUID: nil, scopes: nil, at: 2)
      let kept = try #require(try mirror.tokens.account(named: "ann"))
      #expect(kept.passwordHash == "k" && kept.scopes == ["read"] && kept.userUUID == "u" && kept.sight == "own")
      try mirror.tokens.saveAccount(name: "ann", passwordHash: "k", userUUID: "v", scopes: [], sight: "all", at: 3)
      let changed = try #require(try mirror.tokens.account(named: "ann"))
      #expect(changed.scopes == [] && changed.userUUID == "v" && changed.sight == "all" && changed.id == kept.id)
    }
  }

  @Test func peopleOfTheSiteAreKeptApart() throws {
    try mirror { mirror in
      let tokens = mirror.tokens
      #expect(throws: AccountAddedHere.self) {
        try tokens.saveFromSite(name: "ann", passwordHash: "x", userUUID: nil, scopes: [], sight: nil, at: 5)
      }
      #expect(try tokens.account(named: "ann")?.passwordHash == "h")
      func save(_ hash: String, at time: Int64) throws {
        try tokens.saveFromSite(
          name: "bob", passwordHash: hash, userUUID: "b", scopes: ["read"], sight: "reporting", at: time)
      }
      try save("one", at: 10)
      let bob = try #require(try tokens.account(named: "bob"))
      #expect(bob.isFromSite && bob.verifiedAt == 10 && bob.scopes == ["read"] && bob.sight == "reporting")
      try tokens.record(Self.pair("a", account: bob.id))
      try save("one", at: 20)
      #expect(try tokens.account(named: "bob")?.verifiedAt == 20 && tokens.rights(jti: "a") != nil)
      try save("two", at: 30)
      #expect(try tokens.rights(jti: "a") == nil, "the password is another one")
      // Whom an operator gives a password is one of this side from then on.
      try tokens.saveAccount(name: "bob", passwordHash: "own", userUUID: nil, scopes: nil, at: 40)
      let own = try #require(try tokens.account(named: "bob"))
      #expect(!own.isFromSite && own.verifiedAt == nil && own.scopes == ["read"])
    }
  }

  /// A file of before knows no sights, and its clients and tokens stay as they are.
  @Test func aFormerMirrorKeepsItsClients() throws {
    let made = try CrawledMirror(damagedBy: "a schema of before")
    defer { withExtendedLifetime(made) {} }
    let path = made.mirror.path
    try made.mirror.tokens.save(
      ConsumerRow(id: "old", label: "Old", secretHash: "h", grants: ["password"], scopes: ["read"], created: 1))
    try made.mirror.tokens.saveAccount(name: "ann", passwordHash: "h", userUUID: nil, scopes: [], at: 1)
    var pair = Self.pair("a")
    pair.consumer = "old"
    try made.mirror.tokens.record(pair)
    try made.mirror.close()
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in
      try db.execute(
        sql: """
          DROP TABLE authorization_code;
          DROP TABLE consent;
          DROP INDEX issued_token_by_code;
          ALTER TABLE issued_token DROP COLUMN code;
          ALTER TABLE account DROP COLUMN sight;
          ALTER TABLE account DROP COLUMN from_site;
          ALTER TABLE account DROP COLUMN verified_at;
          ALTER TABLE consumer DROP COLUMN sight;
          ALTER TABLE consumer DROP COLUMN redirect_uris;
          ALTER TABLE consumer DROP COLUMN plain_challenge;
          ALTER TABLE consumer DROP COLUMN access_token_seconds;
          DELETE FROM grdb_migrations WHERE identifier = '25 authorizations';
          """)
    }
    try queue.close()
    let mirror = try Mirror(path: path)
    let old = try #require(try mirror.tokens.consumer("old"))
    #expect(old.sight == nil && old.redirectURIs == [] && !old.isPlainChallengeAllowed && old.accessTokenSeconds == nil)
    #expect(try mirror.tokens.account(named: "ann")?.isFromSite == false)
    #expect(try mirror.tokens.rights(jti: "a")?.scopes == ["read", "write"])
    try mirror.close()
  }
}
