import JSONAPI
import Testing
import TokenIssuer

@Suite struct RefreshTests {
  private func expectRefused(_ reply: TokenReply, _ hint: String) throws {
    #expect(reply.status == 400)
    #expect(try reply.member("error") == "invalid_grant")
    #expect(try reply.member("error_description") == "The refresh token is invalid.")
    #expect(try reply.member("hint") == hint)
  }

  @Test func refreshTokensWorkInAChain() async throws {
    let bench = try await Bench()
    var token = try await bench.ask("password").member("refresh_token")
    for _ in 0..<3 {
      let reply = try await bench.refresh(token)
      #expect(reply.status == 200)
      _ = try await bench.verifier.verify(reply.member("access_token"), at: bench.clock.now)
      token = try reply.member("refresh_token")
    }
  }

  @Test func aReplayIsRefusedAndTheNewPairStaysGood() async throws {
    let bench = try await Bench()
    let old = try await bench.ask("password").member("refresh_token")
    let reply = try await bench.refresh(old)
    try expectRefused(await bench.refresh(old), "Token has been revoked")
    _ = try await bench.verifier.verify(reply.member("access_token"), at: bench.clock.now)
    #expect(try await bench.refresh(reply.member("refresh_token")).status == 200)
  }

  /// Without and with every request having seen the token unused: then only the ledger's transaction decides.
  @Test(arguments: [false, true])
  func ofManySimultaneousRefreshesOneWins(staleReads: Bool) async throws {
    let bench = try await Bench(readsStaleRefreshTokens: staleReads)
    let token = try await bench.ask("password").member("refresh_token")
    let replies = try await withThrowingTaskGroup(of: TokenReply.self) { group in
      for _ in 0..<12 { group.addTask { try await bench.refresh(token) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(replies.count { $0.status == 200 } == 1)
    for reply in replies where reply.status != 200 { try expectRefused(reply, "Token has been revoked") }
    #expect(bench.ledger.issues.count == 2, "what the others signed was never recorded")
  }

  @Test func anotherClientsTokenIsRefused() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(), Bench.consumer("other")])
    let token = try await bench.ask("password").member("refresh_token")
    try expectRefused(await bench.refresh(token, ["client_id": "other"]), "Token is not linked to client")
    #expect(try await bench.refresh(token).status == 200, "and is not used up by it")
  }

  @Test func anExpiredTokenIsRefused() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("refresh_token")
    bench.clock.advance(1_209_600)
    let reply = try await bench.refresh(token)
    #expect(reply.status == 200, "in its last second")
    bench.clock.advance(1_209_601)
    try expectRefused(await bench.refresh(reply.member("refresh_token")), "Token has expired")
  }

  @Test func aRemovedAccountEndsItsTokens() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("refresh_token")
    bench.ledger.replace([])
    try expectRefused(await bench.refresh(token), "Token has been revoked")
  }

  @Test func scopesMayShrinkButNotGrow() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password", ["scope": "sitemanager authenticated"]).member("refresh_token")
    let reply = try await bench.refresh(token, ["scope": "authenticated"])
    #expect(try JOSE.parts(reply.member("access_token")).claims["scope"] == ["authenticated"])
    let refused = try await bench.refresh(reply.member("refresh_token"), ["scope": "sitemanager"])
    #expect(try refused.member("hint") == "Check the `sitemanager` scope")
    let kept = try await bench.refresh(reply.member("refresh_token"))
    #expect(try JOSE.parts(kept.member("access_token")).claims["scope"] == ["authenticated"])
  }

  @Test func scopesTakenFromTheConsumerOrTheAccountDoNotComeBack() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(scopes: ["a", "b", "c"], defaults: nil)])
    let token = try await bench.ask("password").member("refresh_token")
    bench.ledger.replace(try Bench.consumer(scopes: ["a", "b"], defaults: nil))
    bench.ledger.replace([try Bench.account(scopes: ["b", "c"])])
    let reply = try await bench.refresh(token)
    #expect(try JOSE.parts(reply.member("access_token")).claims["scope"] == ["b"])
    bench.ledger.replace(try Bench.consumer(scopes: ["a"], defaults: nil))
    let refused = try await bench.refresh(reply.member("refresh_token"))
    #expect(try refused.member("error") == "invalid_scope")
  }
}
