import Testing
import TokenIssuer

@Suite struct CacheTests {
  @Test func aVerifiedTokenIsFoundWithoutAskingTheLedger() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("access_token")
    #expect(try bench.verifier.cached(token, at: bench.clock.now) == nil)
    let verified = try await bench.verifier.verify(token, at: bench.clock.now)
    let questions = bench.ledger.questions
    for _ in 0..<100 { #expect(try bench.verifier.cached(token, at: bench.clock.now) == verified) }
    #expect(bench.ledger.questions == questions)
  }

  @Test func anotherProcesssRevocationIsNoticedWithinTheMaximumAge() async throws {
    let bench = try await Bench(cache: AccessTokenCache(maximumAge: 5))
    let token = try await bench.ask("password").member("access_token")
    let verified = try await bench.verifier.verify(token, at: bench.clock.now)
    bench.clock.advance(6)
    #expect(try bench.verifier.cached(token, at: bench.clock.now) == verified, "asked again, still good")
    bench.ledger.revoke(verified.id)
    bench.clock.advance(4)
    #expect(try bench.verifier.cached(token, at: bench.clock.now) == verified, "not asked yet")
    bench.clock.advance(2)
    #expect(try bench.verifier.cached(token, at: bench.clock.now) == nil)
    await #expect(throws: BearerFailure.self) { try await bench.verifier.verify(token, at: bench.clock.now) }
    #expect(bench.cache.count == 0)
  }

  @Test(arguments: [299.9, 300, 1000])
  func expiryIsCheckedAtEachUse(seconds: Double) async throws {
    let bench = try await Bench(cache: AccessTokenCache(maximumAge: 100_000))
    let token = try await bench.ask("password").member("access_token")
    _ = try await bench.verifier.verify(token, at: bench.clock.now)
    bench.clock.advance(seconds)
    #expect((try bench.verifier.cached(token, at: bench.clock.now) != nil) == (seconds < 300))
  }

  @Test func aClockSetBackMakesTheLedgerBeAsked() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("access_token")
    let verified = try await bench.verifier.verify(token, at: bench.clock.now)
    bench.ledger.revoke(verified.id)
    #expect(try bench.verifier.cached(token, at: bench.clock.now - 3600) == nil)
  }

  @Test func invalidatedTokensAreForgotten() async throws {
    let bench = try await Bench()
    var tokens: [(text: String, value: AccessToken)] = []
    for _ in 0..<3 {
      let text = try await bench.ask("password").member("access_token")
      tokens.append((text, try await bench.verifier.verify(text, at: bench.clock.now)))
    }
    bench.cache.invalidate(accessTokenID: tokens[1].value.id)
    let found = try tokens.map { try bench.verifier.cached($0.text, at: bench.clock.now) != nil }
    #expect(found == [true, false, true])
    bench.cache.clear()
    #expect(bench.cache.count == 0)
  }

  /// The ledger says "active", then the token is revoked and invalidated, then the verifier goes to keep its result.
  @Test func aRevocationDuringVerificationIsNotOverwritten() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("access_token")
    let id = try #require(bench.ledger.issues.first?.accessTokenID)
    bench.ledger.onQuestion { [ledger = bench.ledger, cache = bench.cache] in
      ledger.revoke(id)
      cache.invalidate(accessTokenID: id)
    }
    _ = try await bench.verifier.verify(token, at: bench.clock.now)
    #expect(try bench.verifier.cached(token, at: bench.clock.now) == nil)
  }

  @Test func itStaysWithinItsBoundAndKeepsWhatIsUsed() async throws {
    let bench = try await Bench(cache: AccessTokenCache(capacity: 4))
    let favourite = try await bench.ask("password").member("access_token")
    _ = try await bench.verifier.verify(favourite, at: bench.clock.now)
    for _ in 0..<10 {
      let token = try await bench.ask("password").member("access_token")
      _ = try await bench.verifier.verify(token, at: bench.clock.now)
      #expect(try bench.verifier.cached(favourite, at: bench.clock.now) != nil)
      #expect(bench.cache.count <= 4)
    }
  }

  @Test func aFailingLedgerIsNotTakenForAnAnswer() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("access_token")
    _ = try await bench.verifier.verify(token, at: bench.clock.now)
    bench.clock.advance(10)
    bench.ledger.fail()
    #expect(throws: MemoryLedger.OutOfOrder.self) { try bench.verifier.cached(token, at: bench.clock.now) }
  }
}
