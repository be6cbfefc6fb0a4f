import JSONAPI
import Testing

@testable import TokenIssuer

@Suite struct CodeGrantTests {
  @Test func aCodeGivesTokensOnce() async throws {
    let place = try await AuthorizationBench()
    let code = try await place.code(["scope": "read"])
    #expect(code.hasPrefix("def502") && code.count == 126)
    let reply = try await place.redeem(code)
    #expect(reply.status == 200)
    #expect(
      try reply.document.object?.names == ["token_type", "expires_in", "access_token", "refresh_token"])
    let token = try await place.bench.verifier.verify(reply.member("access_token"), at: place.bench.clock.now)
    #expect(token.accountID == 2 && token.scopes == ["read"] && token.consumerID == Bench.clientID)
    #expect(!String(describing: place.bench.ledger.issues).contains(code))
  }

  /// A second use ends what the first gave, with all that came of it.
  @Test func aReplayEndsWhatTheCodeGave() async throws {
    let place = try await AuthorizationBench()
    let bench = place.bench
    let code = try await place.code()
    let first = try await place.redeem(code)
    let renewed = try await bench.refresh(first.member("refresh_token"))
    let text = try renewed.member("access_token")
    _ = try await bench.verifier.verify(text, at: bench.clock.now)
    let again = try await place.redeem(code)
    #expect(again.status == 400)
    #expect(
      try again.member("error") == "invalid_grant" && again.member("hint") == "Authorization code has been revoked")
    #expect(try bench.verifier.cached(text, at: bench.clock.now) == nil, "at once, in this process")
    await #expect(throws: BearerFailure.self) { try await bench.verifier.verify(text, at: bench.clock.now) }
    #expect(try await bench.refresh(renewed.member("refresh_token")).status == 400)
  }

  /// Without and with every request having seen the code unused: then only the ledger's transaction decides, and who came late shows that
  /// the code is known to two.
  @Test(arguments: [false, true])
  func ofManyAtOnceAtMostOneWins(readsStale: Bool) async throws {
    let place = try await AuthorizationBench(readsStale: readsStale)
    let code = try await place.code()
    let replies = try await withThrowingTaskGroup(of: TokenReply.self) { group in
      for _ in 0..<12 { group.addTask { try await place.redeem(code) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(replies.count { $0.status == 200 } == 1 && place.bench.ledger.issues.count == 1)
    let id = try #require(place.bench.ledger.issues.first?.accessTokenID)
    #expect(try place.bench.ledger.rights(accessTokenID: id) == nil)
  }

  struct Refusal: CustomTestStringConvertible, Sendable {
    var name: String
    var changes: [String: String?]
    var asked: [String: String?] = [:]
    var error = "invalid_request"
    var hint: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Refusal(name: "no code", changes: ["code": nil], hint: "Check the `code` parameter"),
    Refusal(
      name: "a strange code", changes: ["code": "def502"], error: "invalid_grant",
      hint: "Cannot validate the provided authorization code"),
    Refusal(name: "no redirect URI", changes: ["redirect_uri": nil], hint: "Check the `redirect_uri` parameter"),
    Refusal(
      name: "another redirect URI", changes: ["redirect_uri": "https://crm.example.org/other"],
      hint: "Invalid redirect URI"),
    Refusal(name: "no verifier", changes: ["code_verifier": nil], hint: "Check the `code_verifier` parameter"),
    Refusal(
      name: "a short verifier", changes: ["code_verifier": "abc"],
      hint: "Code Verifier must follow the specifications of RFC-7636."),
    Refusal(
      name: "a wrong verifier", changes: ["code_verifier": String(repeating: "a", count: 43)], error: "invalid_grant",
      hint: "Failed to verify `code_verifier`."),
    Refusal(
      name: "the challenge as verifier", changes: ["code_verifier": AuthorizationBench.challenge],
      error: "invalid_grant", hint: "Failed to verify `code_verifier`."),
    Refusal(
      name: "a verifier without a challenge", changes: [:],
      asked: ["code_challenge": nil, "code_challenge_method": nil],
      hint: "code_verifier received when no code_challenge is present"),
  ])
  func refused(_ refusal: Refusal) async throws {
    let place = try await AuthorizationBench()
    let code = try await place.code(refusal.asked)
    let reply = try await place.redeem(code, refusal.changes)
    #expect(reply.status == 400)
    #expect(try reply.member("error") == refusal.error && reply.member("hint") == refusal.hint)
    #expect(place.bench.ledger.issues.isEmpty)
    let right: [String: String?] = refusal.asked.isEmpty ? [:] : ["code_verifier": nil]
    #expect(try await place.redeem(code, right).status == 200, "and it stays good for who has the right one")
  }

  @Test func anotherClientsCodeIsRefused() async throws {
    let place = try await AuthorizationBench([AuthorizationBench.consumer(), AuthorizationBench.consumer("other")])
    let code = try await place.code()
    let first = try await place.redeem(code, ["client_id": "other"])
    #expect(try first.member("hint") == "Authorization code was not issued to this client")
    #expect(try await place.redeem(code, ["client_secret": "nope"]).status == 401)
    let own = try await place.redeem(code)
    _ = try await place.redeem(code, ["client_id": "other"])
    _ = try await place.bench.verifier.verify(own.member("access_token"), at: place.bench.clock.now)
  }

  @Test func aCodeIsOverAfterAWhile() async throws {
    let place = try await AuthorizationBench()
    let (first, second) = (try await place.code(), try await place.code())
    place.bench.clock.advance(300)
    #expect(try await place.redeem(first).status == 200, "in its last second")
    place.bench.clock.advance(1)
    #expect(try await place.redeem(second).member("hint") == "Authorization code has expired")
  }

  @Test func whatIsLostMeanwhileIsNotGiven() async throws {
    let place = try await AuthorizationBench()
    let (first, second, third) = (try await place.code(), try await place.code(), try await place.code())
    place.bench.ledger.replace([try Bench.account(scopes: ["read:node"])])
    let reply = try await place.redeem(first)
    #expect(try JOSE.parts(reply.member("access_token")).claims["scope"] == ["read:node"])
    place.bench.ledger.replace([try Bench.account(scopes: ["other"])])
    #expect(try await place.redeem(second).member("error") == "invalid_scope")
    place.bench.ledger.replace([])
    #expect(try await place.redeem(third).member("error") == "invalid_grant")
  }

  @Test func aPublicClientProvesItselfByItsChallenge() async throws {
    let place = try await AuthorizationBench([AuthorizationBench.consumer(isPublic: true)])
    let code = try await place.code()
    #expect(try await place.redeem(code, ["client_secret": nil, "code_verifier": nil]).status == 400)
    let reply = try await place.redeem(code, ["client_secret": nil])
    #expect(reply.status == 200)
    let renewed = try await place.bench.refresh(reply.member("refresh_token"), ["client_secret": nil])
    #expect(renewed.status == 200)
  }

  @Test func theAddressNeedNotBeNamedWhereItWasNot() async throws {
    let place = try await AuthorizationBench()
    #expect(try await place.redeem(place.code(["redirect_uri": nil]), ["redirect_uri": nil]).status == 200)
    #expect(try await place.redeem(place.code(["redirect_uri": nil])).status == 200)
  }

  @Test func consentsAreRemembered() async throws {
    let place = try await AuthorizationBench()
    let endpoint = place.bench.endpoint
    let account = try #require(try place.bench.ledger.account(name: "apisync"))
    #expect(try !endpoint.isConsented(place.request(), by: account))
    _ = try await place.code(["scope": "read"])
    #expect(try !endpoint.isConsented(place.request(["scope": "read"]), by: account), "nobody said so")
    _ = try await place.code(["scope": "read"], remembering: true)
    #expect(try endpoint.isConsented(place.request(["scope": "read"]), by: account))
    #expect(try endpoint.isConsented(place.request(["scope": "read:node"]), by: account))
    #expect(try !endpoint.isConsented(place.request(["scope": "read write"]), by: account))
    #expect(try !endpoint.isConsented(place.request(["scope": "read", "prompt": "consent"]), by: account))
  }

  /// Whatever listens on the person's machine could pass for the app.
  @Test func anAppOnTheMachineIsAskedForEachTime() async throws {
    let uri = "http://127.0.0.1/back"
    let place = try await AuthorizationBench([AuthorizationBench.consumer(isPublic: true, uris: [uri])])
    let account = try #require(try place.bench.ledger.account(name: "apisync"))
    let there: [String: String?] = ["redirect_uri": "http://127.0.0.1:5000/back"]
    _ = try await place.code(there, remembering: true)
    #expect(try !place.bench.endpoint.isConsented(place.request(there), by: account))
  }

  @Test func anAccountGetsNoMoreThanItHas() async throws {
    let place = try await AuthorizationBench(accounts: [Bench.account(scopes: ["read"])])
    let account = try #require(try place.bench.ledger.account(name: "apisync"))
    let asked = try place.request(["scope": "read write"])
    let location = try await place.bench.endpoint.code(for: asked, account: account, remembering: true)
    let parameters = try AuthorizationBench.parameters(of: location)
    #expect(parameters["error"] == "invalid_scope" && parameters["state"] == "s t&" && parameters["code"] == nil)
    #expect(try place.bench.endpoint.scopes(of: asked, for: account) == nil)
    #expect(try place.bench.endpoint.scopes(of: place.request(), for: account) == ["read"])
    #expect(try !place.bench.endpoint.isConsented(asked, by: account))
  }

  @Test func whoDeniesIsSentBackWithoutACode() async throws {
    let place = try await AuthorizationBench()
    let parameters = try AuthorizationBench.parameters(of: place.bench.endpoint.denial(of: place.request()))
    #expect(parameters["error"] == "access_denied" && parameters["state"] == "s t&" && parameters["code"] == nil)
  }

  @Test func openIDGetsAnIDTokenFirst() async throws {
    let place = try await AuthorizationBench()
    let code = try await place.code(["nonce": "n-0S6"])
    let reply = try await place.redeem(code, issuer: AuthorizationBench.issuer)
    #expect(
      try reply.document.object?.names == ["id_token", "token_type", "expires_in", "access_token", "refresh_token"])
    let claims = try JOSE.parts(reply.member("id_token")).claims
    #expect(claims["iss"] == "https://mirror.example.org" && claims["sub"] == "2" && claims["nonce"] == "n-0S6")
    #expect(claims["aud"]?.string == Bench.clientID && claims["exp"] == 1_795_466_287 && claims["iat"] == 1_795_465_986)
    let unasked = try await place.redeem(place.code(["scope": "read"]), issuer: AuthorizationBench.issuer)
    #expect(try unasked.document["id_token"] == nil)
    // It is signed by the same key, and is no access token all the same.
    await #expect(throws: BearerFailure.self) {
      try await place.bench.verifier.verify(reply.member("id_token"), at: place.bench.clock.now)
    }
  }

  @Test func challengesAreMetByTheirVerifiersAlone() throws {
    let hashed = try #require(CodeChallenge(AuthorizationBench.challenge, .hashed))
    #expect(hashed.isMet(by: AuthorizationBench.verifier) && !hashed.isMet(by: AuthorizationBench.challenge))
    let plain = try #require(CodeChallenge(AuthorizationBench.challenge, .plain))
    #expect(plain.isMet(by: AuthorizationBench.challenge) && !plain.isMet(by: AuthorizationBench.verifier))
    #expect(!plain.isMet(by: String(AuthorizationBench.challenge.dropLast())))
    for text in ["", "abc", String(repeating: "a", count: 129), String(repeating: "ä", count: 43)] {
      #expect(CodeChallenge(text, .hashed) == nil, "\(text)")
    }
  }
}
