import Testing
import TokenIssuer

/// What a consumer or an account loses, its tokens lose.
@Suite struct RightsTests {
  private static func consumer(_ scopes: [String] = ["read", "write"], sight: String? = nil) throws -> Consumer {
    var consumer = try Bench.consumer(scopes: scopes, defaults: nil)
    consumer.sight = sight
    return consumer
  }

  private static func account(_ scopes: [String] = [], sight: String? = nil) throws -> Account {
    var account = try Bench.account(scopes: scopes)
    account.sight = sight
    account.userUUID = "2d734987-915d-5970-82ed-d3db4c835e5d"
    return account
  }

  @Test func aTokenHasTheSightsOfBoth() async throws {
    let bench = try await Bench(consumers: [Self.consumer(sight: "reporting")], accounts: [Self.account(sight: "own")])
    let token = try await bench.verifier.verify(bench.ask("password").member("access_token"), at: bench.clock.now)
    #expect(token.sights == ["reporting", "own"] && token.userUUID == "2d734987-915d-5970-82ed-d3db4c835e5d")
    let own = try await bench.verifier.verify(
      bench.ask("client_credentials").member("access_token"), at: bench.clock.now)
    #expect(own.sights == ["reporting"] && own.userUUID == nil)
    let once = TokenRights(
      issued: [], consumer: try Self.consumer(sight: "reporting"), account: try Self.account(sight: "reporting"))
    #expect(once.sights == ["reporting"])
  }

  /// At once for a token that is not kept, and after the maximum age for one that is.
  @Test(arguments: [false, true])
  func lostScopesAreLostByTokens(isKept: Bool) async throws {
    let bench = try await Bench(consumers: [Self.consumer()], accounts: [Self.account()])
    let text = try await bench.ask("password").member("access_token")
    if isKept {
      #expect(try await bench.verifier.verify(text, at: bench.clock.now).scopes == ["read", "write"])
    }
    bench.ledger.replace([try Self.account(["read:node"], sight: "reporting")])
    bench.clock.advance(AccessTokenCache.maximumAge + 0.1)
    let token: AccessToken
    if let kept = try bench.verifier.cached(text, at: bench.clock.now) {
      token = kept
    } else {
      token = try await bench.verifier.verify(text, at: bench.clock.now)
    }
    #expect(token.scopes == ["read:node"] && token.sights == ["reporting"] && !token.mayWriteAnything)
    bench.ledger.replace(try Self.consumer(["write"]))
    bench.clock.advance(AccessTokenCache.maximumAge + 0.1)
    #expect(try bench.verifier.cached(text, at: bench.clock.now)?.scopes == [])
  }

  @Test(arguments: ["consumer", "account"])
  func whoIsGoneHasNoTokens(removed: String) async throws {
    let bench = try await Bench()
    let text = try await bench.ask("password").member("access_token")
    _ = try await bench.verifier.verify(text, at: bench.clock.now)
    if removed == "consumer" { bench.ledger.remove(consumer: Bench.clientID) } else { bench.ledger.replace([]) }
    bench.clock.advance(AccessTokenCache.maximumAge + 0.1)
    #expect(try bench.verifier.cached(text, at: bench.clock.now) == nil)
    let failure = await #expect(throws: BearerFailure.self) {
      try await bench.verifier.verify(text, at: bench.clock.now)
    }
    #expect(failure?.hint == "Access token has been revoked")
  }

  @Test func theMaximumAgeIsWhatIsPromised() { #expect(AccessTokenCache.maximumAge <= 5) }
}
