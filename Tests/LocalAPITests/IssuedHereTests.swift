import Testing
import TokenIssuer

@testable import LocalAPI

/// What a process keeps that may not write: all that counts, and not for good.
@Suite struct IssuedHereTests {
  private static func issue(_ number: Int, at second: Int64, code: AuthorizationCodeDigest? = nil) -> TokenIssue {
    TokenIssue(
      accessTokenID: "token \(number)", consumerID: "crm", accountID: 1, scopes: ["read"], issuedAt: second,
      accessExpiresAt: second + 10,
      refresh: TokenIssue.Refresh(digest: RefreshTokenDigest(of: "refresh \(number)"), expiresAt: second + 100),
      code: code)
  }

  @Test func pairsAreForgottenWhenTheyAreOver() {
    let issued = IssuedHere()
    for number in 0..<1_000 { issued.record(Self.issue(number, at: 100)) }
    for number in 0..<10 { issued.end("token \(number)") }
    for number in 0..<1_000 { #expect(issued.issue("token \(number)") != nil) }
    #expect((0..<10).allSatisfy { issued.isEnded("token \($0)") } && !issued.isEnded("token 10"))
    for number in 1_000..<4_000 { issued.record(Self.issue(number, at: 201)) }
    #expect((0..<1_000).allSatisfy { issued.issue("token \($0)") == nil && !issued.isEnded("token \($0)") })
    #expect((0..<1_000).allSatisfy { issued.record(of: RefreshTokenDigest(of: "refresh \($0)")) == nil })
    #expect((1_000..<4_000).allSatisfy { issued.issue("token \($0)") != nil })
  }

  @Test func aRefreshTokenIsGoodOnce() throws {
    let issued = IssuedHere()
    issued.record(Self.issue(1, at: 100))
    let digest = RefreshTokenDigest(of: "refresh 1")
    let record = try #require(issued.record(of: digest))
    #expect(record == RefreshTokenRecord(issue: Self.issue(1, at: 100), isRevoked: false))
    #expect(issued.rotate(record, to: Self.issue(2, at: 120)))
    #expect(!issued.rotate(record, to: Self.issue(3, at: 120)), "two had found it good")
    #expect(issued.record(of: digest)?.isRevoked == true && issued.issue("token 3") == nil)
    #expect(issued.record(of: RefreshTokenDigest(of: "refresh 2"))?.isRevoked == false)
  }

  /// A pair of the mirror that ended here is ended as long as it would have been good.
  @Test func whatIsTheMirrorsStaysEnded() {
    let issued = IssuedHere()
    let (rotated, revoked) = (Self.issue(-1, at: 100), Self.issue(-2, at: 100))
    #expect(issued.rotate(RefreshTokenRecord(issue: rotated, isRevoked: false), to: Self.issue(0, at: 150)))
    issued.end(revoked.accessTokenID)
    for number in 1..<1_000 { issued.record(Self.issue(number, at: 200)) }
    #expect(issued.isEnded("token -1") && issued.isEnded("token -2"))
    #expect(issued.marked(RefreshTokenRecord(issue: revoked, isRevoked: false)).isRevoked)
    for number in 1_000..<3_000 { issued.record(Self.issue(number, at: 201)) }
    #expect(!issued.isEnded("token -1") && issued.isEnded("token -2"), "how long that one is good was not told")
  }

  @Test func consentsAreBounded() {
    let issued = IssuedHere()
    for account in 0..<10_000 { issued.remember(["read"], "crm", Int64(account)) }
    #expect(issued.consent("crm", 9_999) == ["read"] && issued.consent("crm", 0) == nil)
  }
}
