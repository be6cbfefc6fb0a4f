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

  @Test func aPairIsRotatedOnce() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    try mirror.record(token("one"))
    #expect(try mirror.isActive(jti: "one") && mirror.issuedToken(refreshHash: "refresh-one")?.scopes == ["a", "b"])
    #expect(try mirror.rotate(refreshHash: "refresh-one", to: token("two")) == true)
    #expect(try mirror.rotate(refreshHash: "refresh-one", to: token("three")) == false)
    #expect(try mirror.rotate(refreshHash: "unheard of", to: token("three")) == nil)
    #expect(try !mirror.isActive(jti: "one") && mirror.isActive(jti: "two") && !mirror.isActive(jti: "three"))
  }

  /// Many at once, and one of them has it.
  @Test func aRaceHasOneWinner() async throws {
    let made = try CrawledMirror()
    try made.mirror.record(token("old"))
    let outcomes = try await withThrowingTaskGroup(of: Bool?.self) { group in
      for index in 0..<16 {
        let next = token("new\(index)")
        group.addTask { try made.mirror.rotate(refreshHash: "refresh-old", to: next) }
      }
      return try await group.reduce(into: [Bool?]()) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 == true }.count == 1 && outcomes.filter { $0 == false }.count == 15)
  }

  @Test func endedPairsAreForgotten() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    try mirror.record(token("old", expires: 150))
    try mirror.record(token("new", expires: 900, issued: 200))
    #expect(try mirror.issuedToken(refreshHash: "refresh-old") == nil)
    #expect(try mirror.issuedToken(refreshHash: "refresh-new") != nil)
  }

  @Test func newSecretsEndTokens() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    let row = ConsumerRow(id: "c", label: "C", secretHash: "h", grants: ["password"], scopes: ["s", "t"], created: 1)
    try mirror.save(row)
    try mirror.record(token("one"))
    #expect(try mirror.consumers() == [row])
    try mirror.save(row)
    #expect(try !mirror.isActive(jti: "one"))
    #expect(try mirror.removeConsumer("c") && !mirror.removeConsumer("c") && mirror.consumer("c") == nil)
  }

  @Test func newPasswordsEndTokens() throws {
    let made = try CrawledMirror()
    defer { withExtendedLifetime(made) {} }
    let mirror = made.mirror
    try mirror.saveAccount(name: "ann", passwordHash: "h", userUUID: nil, scopes: ["s"], at: 1)
    let account = try #require(try mirror.account(named: "ann"))
    var pair = token("one")
    pair.account = account.id
    try mirror.record(pair)
    try mirror.saveAccount(name: "ann", passwordHash: "k", userUUID: "u", scopes: [], at: 2)
    #expect(try mirror.account(account.id)?.passwordHash == "k" && !mirror.isActive(jti: "one"))
    #expect(try mirror.removeAccount("ann") && mirror.accounts().isEmpty && !mirror.removeAccount("ann"))
  }
}
