import Foundation
import Store
import Support
import Testing

@Suite struct TokenRowTests {
  private func token(_ name: String, expires: Int64 = 1000, issued: Int64 = 100) -> IssuedTokenRow {
    IssuedTokenRow(
      jti: name, consumer: "c", account: nil, scopes: ["a", "b"], issued: issued, expires: expires,
      refreshHash: "refresh-\(name)", refreshExpires: expires)
  }

  private static let client = ConsumerRow(
    id: "c", label: "C", secretHash: "h", grants: ["password"], scopes: ["a", "b"], created: 1)

  private func isActive(_ jti: String, _ mirror: Mirror) throws -> Bool { try mirror.tokens.rights(jti: jti) != nil }

  @Test func aPairIsRotatedOnce() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    try mirror.tokens.save(Self.client)
    try mirror.tokens.record(token("one"))
    #expect(
      try isActive("one", mirror)
        && mirror.tokens.issuedToken(refreshHash: "refresh-one")?.scopes == ["a", "b"])
    #expect(try mirror.tokens.rotate(refreshHash: "refresh-one", to: token("two")) == true)
    #expect(try mirror.tokens.rotate(refreshHash: "refresh-one", to: token("three")) == false)
    #expect(try mirror.tokens.rotate(refreshHash: "unheard of", to: token("three")) == nil)
    #expect(
      try !isActive("one", mirror) && isActive("two", mirror) && !isActive("three", mirror))
  }

  /// Many at once, and one of them has it.
  @Test func aRaceHasOneWinner() async throws {
    let made = try CrawledMirror()
    try made.mirror.tokens.record(token("old"))
    let outcomes = try await withThrowingTaskGroup(of: Bool?.self) { group in
      for index in 0..<16 {
        let next = token("new\(index)")
        group.addTask { try made.mirror.tokens.rotate(refreshHash: "refresh-old", to: next) }
      }
      return try await group.reduce(into: [Bool?]()) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 == true }.count == 1 && outcomes.filter { $0 == false }.count == 15)
  }

  @Test func endedPairsAreForgotten() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    try mirror.tokens.record(token("old", expires: 150))
    try mirror.tokens.record(token("new", expires: 900, issued: 200))
    #expect(try mirror.tokens.issuedToken(refreshHash: "refresh-old") == nil)
    #expect(try mirror.tokens.issuedToken(refreshHash: "refresh-new") != nil)
  }

  @Test func newSecretsEndTokens() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    let row = ConsumerRow(id: "c", label: "C", secretHash: "h", grants: ["password"], scopes: ["s", "t"], created: 1)
    try mirror.tokens.save(row)
    try mirror.tokens.record(token("one"))
    #expect(try mirror.tokens.consumers() == [row] && isActive("one", mirror))
    try mirror.tokens.save(row)
    #expect(try !isActive("one", mirror))
    #expect(
      try mirror.tokens.removeConsumer("c") && !mirror.tokens.removeConsumer("c") && mirror.tokens.consumer("c") == nil)
  }

  /// What is added or changed is looked at and written at once: what somebody else did between the two is not undone.
  @Test func whatIsThereIsNotAddedAndWhatIsNotIsNotChanged() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let tokens = made.mirror.tokens
    #expect(try !tokens.change(consumer: "c") { $0.label = "D" } && tokens.consumers().isEmpty)
    #expect(try tokens.add(Self.client) && !tokens.add(Self.client))
    try tokens.record(token("one"))
    #expect(try tokens.change(consumer: "c") { $0.scopes = ["a"] })
    #expect(try tokens.consumer("c")?.scopes == ["a"] && !isActive("one", made.mirror))
    func save(where isThere: Bool, hash: String) throws -> Bool {
      try tokens.saveAccount(name: "ann", passwordHash: hash, userUUID: nil, scopes: nil, where: isThere, at: 1)
    }
    #expect(try !save(where: true, hash: "h") && tokens.accounts().isEmpty)
    #expect(try save(where: false, hash: "h") && !save(where: false, hash: "i"))
    #expect(try tokens.account(named: "ann")?.passwordHash == "h")
    #expect(try save(where: true, hash: "i") && tokens.account(named: "ann")?.passwordHash == "i")
  }

  @Test func newPasswordsEndTokens() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    try mirror.tokens.save(Self.client)
    try mirror.tokens.saveAccount(name: "ann", passwordHash: "h", userUUID: nil, scopes: ["s"], at: 1)
    let account = try #require(try mirror.tokens.account(named: "ann"))
    var pair = token("one")
    pair.account = account.id
    try mirror.tokens.record(pair)
    #expect(try isActive("one", mirror))
    try mirror.tokens.saveAccount(name: "ann", passwordHash: "k", userUUID: "u", scopes: [], at: 2)
    #expect(try mirror.tokens.account(account.id)?.passwordHash == "k" && !isActive("one", mirror))
    #expect(
      try mirror.tokens.removeAccount("ann") && mirror.tokens.accounts().isEmpty && !mirror.tokens.removeAccount("ann"))
  }
}
