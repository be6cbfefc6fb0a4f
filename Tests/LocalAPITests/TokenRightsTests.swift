import JSONAPI
import LocalAPI
import Store
import Support
import Testing
import TokenIssuer

/// What the mirror says of clients and people counts for tokens that are out already, and codes live in it.
@Suite struct TokenRightsTests {
  private static let uuid = "2d734987-915d-5970-82ed-d3db4c835e5d"

  private static func client(_ scopes: [String] = ["read", "write"], sight: String? = nil) -> ConsumerRow {
    ConsumerRow(
      id: "crm", label: "CRM", secretHash: nil, grants: ["authorization_code", "refresh_token"], scopes: scopes,
      sight: sight, redirectURIs: ["https://crm.example.org/back"], accessTokenSeconds: 60, created: 1)
  }

  private static func issue(_ id: String, account: Int64?, code: AuthorizationCodeDigest? = nil) -> TokenIssue {
    TokenIssue(
      accessTokenID: id, consumerID: "crm", accountID: account, scopes: ["read", "write"], issuedAt: 100,
      accessExpiresAt: 1000,
      refresh: TokenIssue.Refresh(digest: RefreshTokenDigest(of: "refresh \(id)"), expiresAt: 1000), code: code)
  }

  private static func code(_ text: String, account: Int64) -> AuthorizationCode {
    AuthorizationCode(
      digest: AuthorizationCodeDigest(of: text), consumerID: "crm", accountID: account,
      redirectURI: "https://crm.example.org/back", namesRedirectURI: true, scopes: ["read"],
      challenge: CodeChallenge(String(repeating: "a", count: 43), .hashed), nonce: "n", issuedAt: 100, expiresAt: 400)
  }

  /// A mirror with a client and a person.
  private static func made() throws -> (CrawledMirror, Int64) {
    let made = try CrawledMirror()
    let tokens = made.mirror.tokens
    try tokens.save(client())
    let hash = try SecretHash.make("her password", cost: SecretHash.Cost(logarithm: 1)).encoded
    try tokens.saveAccount(name: "ann", passwordHash: hash, userUUID: uuid, scopes: [], at: 1)
    return (made, try #require(try tokens.account(named: "ann")).id)
  }

  @Test func whatIsLostIsLostWithTheNextQuestion() async throws {
    let (made, ann) = try Self.made()
    defer { withExtendedLifetime(made) {} }
    let tokens = made.mirror.tokens
    let ledger = MirrorTokenLedger(tokens)
    try await ledger.record(Self.issue("own", account: nil))
    try await ledger.record(Self.issue("hers", account: ann))
    #expect(
      try ledger.rights(accessTokenID: "hers")
        == TokenRights(
          consumerID: "crm", accountID: ann, scopes: ["read", "write"], sights: [], userUUID: Self.uuid))
    #expect(try ledger.rights(accessTokenID: "own")?.userUUID == nil)
    #expect(try tokens.removeAccount("ann"))
    #expect(try ledger.rights(accessTokenID: "hers") == nil && ledger.rights(accessTokenID: "own") != nil)
    try tokens.save(Self.client())
    #expect(try ledger.rights(accessTokenID: "own") == nil, "another secret, or other rights: its tokens end")
  }

  /// A token that says more than the mirror lets its client and its person have.
  @Test func rightsAreWhatBothMayHave() async throws {
    let (made, ann) = try Self.made()
    defer { withExtendedLifetime(made) {} }
    let tokens = made.mirror.tokens
    try tokens.save(Self.client(["read", "write:node"], sight: "reporting"))
    try tokens.saveAccount(
      name: "ann", passwordHash: "h", userUUID: nil, scopes: ["read:user", "write"], sight: "mine", at: 2)
    let ledger = MirrorTokenLedger(tokens)
    try await ledger.record(Self.issue("own", account: nil))
    try await ledger.record(Self.issue("hers", account: ann))
    #expect(
      try ledger.rights(accessTokenID: "hers")
        == TokenRights(
          consumerID: "crm", accountID: ann, scopes: ["read:user", "write:node"], sights: ["reporting", "mine"],
          userUUID: Self.uuid))
    #expect(
      try ledger.rights(accessTokenID: "own")
        == TokenRights(
          consumerID: "crm", accountID: nil, scopes: ["read", "write:node"], sights: ["reporting"], userUUID: nil))
  }

  @Test func codesAreKeptWithAllThatIsAskedOfThem() async throws {
    let (made, ann) = try Self.made()
    defer { withExtendedLifetime(made) {} }
    let ledger = MirrorTokenLedger(made.mirror.tokens)
    let code = Self.code("one", account: ann)
    try await ledger.keep(code)
    #expect(try ledger.authorizationCode(code.digest) == AuthorizationCodeRecord(code: code, isUsed: false))
    #expect(try await ledger.redeem(code.digest, for: Self.issue("a", account: ann, code: code.digest)) == .rotated)
    #expect(try await ledger.redeem(code.digest, for: Self.issue("b", account: ann, code: code.digest)) == .revoked)
    #expect(
      try await ledger.redeem(AuthorizationCodeDigest(of: "x"), for: Self.issue("b", account: ann)) == .unknown)
    #expect(try ledger.authorizationCode(code.digest)?.isUsed == true)
    #expect(try ledger.refreshToken(RefreshTokenDigest(of: "refresh a"))?.issue.code == code.digest)
    #expect(try await ledger.endTokens(of: code.digest) == ["a"])
    #expect(try ledger.rights(accessTokenID: "a") == nil)
    try await ledger.remember(["read"], consumerID: "crm", accountID: ann, at: 100)
    #expect(try ledger.consent(consumerID: "crm", accountID: ann) == ["read"])
    // A challenge that cannot be read is not one that is not there.
    let other = AuthorizationCodeDigest(of: "two")
    try made.mirror.tokens.keep(
      AuthorizationCodeRow(
        hash: other.hex, consumer: "crm", account: ann, redirectURI: "https://crm.example.org/back",
        namesRedirectURI: true, scopes: ["read"], challenge: String(repeating: "a", count: 43), challengeMethod: "S512",
        nonce: nil, issued: 100, expires: 400))
    #expect(try ledger.authorizationCode(other) == nil)
  }

  @Test func whatAClientMayIsReadFromItsRow() throws {
    let (made, _) = try Self.made()
    defer { withExtendedLifetime(made) {} }
    let consumer = try #require(try MirrorTokenLedger(made.mirror.tokens).consumer(id: "crm"))
    #expect(consumer.redirectURIs == ["https://crm.example.org/back"] && consumer.accessTokenSeconds == 60)
    #expect(consumer.grants == [.authorizationCode, .refreshToken] && !consumer.isPlainChallengeAllowed)
  }

  /// Over a mirror that may only be read all of it lives in the process.
  @Test func codesOfAProcessThatMayNotWrite() async throws {
    let (made, ann) = try Self.made()
    defer { withExtendedLifetime(made) {} }
    let path = made.mirror.path
    try made.mirror.close()
    let copy = try Mirror(path: path, for: .serving, mayWrite: false)
    defer { try? copy.close() }
    let ledger = MirrorTokenLedger(copy.tokens)
    let code = Self.code("one", account: ann)
    try await ledger.keep(code)
    #expect(try await ledger.redeem(code.digest, for: Self.issue("a", account: ann, code: code.digest)) == .rotated)
    #expect(try ledger.rights(accessTokenID: "a")?.userUUID == Self.uuid)
    #expect(try await ledger.redeem(code.digest, for: Self.issue("b", account: ann)) == .revoked)
    #expect(try await ledger.endTokens(of: code.digest) == ["a"])
    #expect(try ledger.rights(accessTokenID: "a") == nil)
    try await ledger.record(Self.issue("c", account: ann))
    try await ledger.revoke(accessTokenID: "c")
    #expect(try ledger.rights(accessTokenID: "c") == nil)
    try await ledger.remember(["read"], consumerID: "crm", accountID: ann, at: 100)
    #expect(try ledger.consent(consumerID: "crm", accountID: ann) == ["read"])
    #expect(try copy.tokens.consent(consumer: "crm", account: ann) == nil)
  }

  /// A token that was not used yet: the next request is refused, or finds less.
  @Test func aRunningServerFollows() async throws {
    let made = try CrawledMirror.full()
    try await RunningLocalAPI.serving(made) { api in
      let person = try await api.token("grant_type=password&username=ann&password=her%20password").document
      let own = try await api.signedIn()
      #expect(try made.mirror.tokens.removeAccount("ann"))
      let header = ["Authorization": "Bearer \(person["access_token"]?.string ?? "")"]
      #expect(try await api.send("GET", "/jsonapi/node/topic", header).status == 401)
      let refresh = person["refresh_token"]?.string ?? ""
      #expect(try await api.token("grant_type=refresh_token&refresh_token=\(refresh)").status == 400)
      #expect(try made.mirror.tokens.removeConsumer("reports"))
      #expect(try await api.send("GET", "/jsonapi/node/topic", own).status == 401)
    }
  }
}
