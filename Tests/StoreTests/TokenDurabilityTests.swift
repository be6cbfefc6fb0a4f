import Support
import Testing

@testable import Store

/// What the token issuer has promised stays so after a power cut: each of its writes is told to SQLite as one to be on disk
/// before it returns.
@Suite struct TokenDurabilityTests {
  private static func pair(_ name: String) -> IssuedTokenRow {
    IssuedTokenRow(
      jti: name, consumer: "c", account: nil, scopes: ["a"], issued: 100, expires: 1000, refreshHash: "refresh-\(name)",
      refreshExpires: 1000)
  }

  private static let writes: [(name: String, body: @Sendable (Mirror) throws -> Void)] = [
    (
      "save",
      { mirror in
        try mirror.tokens.save(
          ConsumerRow(id: "c", label: "C", secretHash: "h", grants: ["password"], scopes: ["a"], created: 1))
      }
    ),
    (
      "saveAccount",
      { mirror in try mirror.tokens.saveAccount(name: "ann", passwordHash: "h", userUUID: nil, scopes: [], at: 1) }
    ),
    ("record", { mirror in try mirror.tokens.record(TokenDurabilityTests.pair("one")) }),
    (
      "rotate",
      { mirror in
        let isDone = try mirror.tokens.rotate(refreshHash: "refresh-one", to: TokenDurabilityTests.pair("two"))
        #expect(isDone == true)
      }
    ),
    (
      "keep",
      { mirror in
        try mirror.tokens.keep(
          AuthorizationCodeRow(
            hash: "code", consumer: "c", account: 1, redirectURI: "https://h/", namesRedirectURI: true, scopes: ["a"],
            challenge: nil, challengeMethod: nil, nonce: nil, issued: 100, expires: 400))
      }
    ),
    (
      "redeem",
      { mirror in
        var pair = TokenDurabilityTests.pair("three")
        pair.code = "code"
        let isDone = try mirror.tokens.redeem(codeHash: "code", for: pair)
        #expect(isDone == true)
      }
    ),
    (
      "endTokens",
      { mirror in
        let ended = try mirror.tokens.endTokens(ofCode: "code")
        #expect(ended == ["three"])
      }
    ),
    ("end", { mirror in try mirror.tokens.end(jti: "two") }),
    ("remember", { mirror in try mirror.tokens.remember(["a"], consumer: "c", account: 1, at: 100) }),
    (
      "saveFromSite",
      { mirror in
        try mirror.tokens.saveFromSite(
          name: "bob", passwordHash: "h", userUUID: nil, scopes: ["a"], sight: nil, at: 100)
      }
    ),
    ("removeAccount", { mirror in _ = try mirror.tokens.removeAccount("ann") }),
    ("removeConsumer", { mirror in _ = try mirror.tokens.removeConsumer("c") }),
  ]

  @Test func whatIsPromisedIsOnDiskFirst() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let told = ToldStatements(made.mirror)
    defer { told.end() }
    for write in Self.writes {
      let statements = try told.during(write.body)
      #expect(statements.areDurable, "\(write.name): \(statements)")
    }
  }
}
