import JSONAPI
import Testing
import TokenIssuer

@Suite struct GrantTests {
  struct Refusal: CustomTestStringConvertible, Sendable {
    var name: String
    var grant = "password"
    var changes: [String: String?] = [:]
    var authorization: String?
    var status = 400
    var error: String
    var hint: String?
    var challenge: String?
    var testDescription: String { name }
  }

  @Test(arguments: [
    Refusal(
      name: "blank client", changes: ["client_id": " \n"], error: "invalid_request",
      hint: "Check the `client_id` parameter"),
    Refusal(name: "no secret", changes: ["client_secret": nil], status: 401, error: "invalid_client"),
    Refusal(
      name: "no password", changes: ["password": ""], error: "invalid_request", hint: "Check the `password` parameter"),
    Refusal(
      name: "no refresh token", grant: "refresh_token", error: "invalid_request",
      hint: "Check the `refresh_token` parameter"),
    Refusal(
      name: "the grant comes before the secret", grant: "magic", changes: ["client_secret": "nope"],
      error: "unsupported_grant_type", hint: "Check that all required parameters have been provided"),
    Refusal(
      name: "the client comes before the grant", grant: "magic", changes: ["client_id": "nobody"], status: 401,
      error: "invalid_client"),
    Refusal(
      name: "the scope comes before the user", changes: ["scope": "sitemanager other", "password": "nope"],
      error: "invalid_scope", hint: "Check the `other` scope"),
    Refusal(
      name: "a scope as HTML", changes: ["scope": "<b>&'\"/"], error: "invalid_scope",
      hint: "Check the `&lt;b&gt;&amp;&#039;&quot;/` scope"),
    Refusal(
      name: "wrong secret in a Basic header", authorization: "Basic YXBpc3luYy1jbGllbnQ6bm9wZQ==", status: 401,
      error: "invalid_client", challenge: "Basic realm=\"OAuth\""),
    Refusal(
      name: "an unusable Basic header leaves the body's", changes: ["client_secret": "nope"],
      authorization: "Basic ???",
      status: 401, error: "invalid_client", challenge: "Basic realm=\"OAuth\""),
    Refusal(
      name: "wrong secret with a Bearer header", changes: ["client_secret": "nope"], authorization: "Bearer x",
      status: 401,
      error: "invalid_client", challenge: "Bearer realm=\"OAuth\""),
    Refusal(
      name: "an empty header is none", changes: ["client_secret": "nope"], authorization: "", status: 401,
      error: "invalid_client"),
  ])
  func refused(_ refusal: Refusal) async throws {
    let bench = try await Bench()
    let reply = try await bench.ask(refusal.grant, refusal.changes, authorization: refusal.authorization)
    #expect(reply.status == refusal.status)
    let document = try reply.document
    #expect(document["error"]?.string == refusal.error)
    #expect(document["hint"]?.string == refusal.hint)
    #expect(reply[field: "www-authenticate"] == refusal.challenge)
    #expect(bench.ledger.issues.isEmpty)
  }

  @Test(arguments: Grant.allCases)
  func aGrantThatTheConsumerDoesNotHaveIsUnsupported(_ grant: Grant) async throws {
    let consumer = try Bench.consumer(grants: Set(Grant.allCases).subtracting([grant]))
    let reply = try await Bench(consumers: [consumer]).ask(grant.rawValue)
    #expect(reply.status == 400)
    #expect(try reply.member("error") == "unsupported_grant_type")
  }

  @Test func withoutTheRefreshGrantNoRefreshTokenIsHandedOut() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(grants: [.password])])
    let reply = try await bench.ask("password")
    #expect(try reply.document.object?.names == ["token_type", "expires_in", "access_token"])
    #expect(bench.ledger.issues.map(\.refresh) == [nil])
  }

  @Test func aPublicClientNeedsNoSecretButGetsNoClientCredentials() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(isPublic: true)])
    #expect(try await bench.ask("password", ["client_secret": nil]).status == 200)
    #expect(try await bench.ask("client_credentials", ["client_secret": nil]).status == 401)
  }

  @Test func basicCredentialsTakeThePlaceOfTheBodys() async throws {
    let bench = try await Bench()
    let reply = try await bench.ask(
      "password", ["client_id": "nobody", "client_secret": "nope"],
      authorization: "Basic YXBpc3luYy1jbGllbnQ6YXBpc3luYy1zZWNyZXQ=")
    #expect(reply.status == 200)
  }

  @Test func aConsumersOwnLifetimeCounts() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(accessTokenSeconds: 60)])
    let reply = try await bench.ask("password")
    #expect(try reply.document["expires_in"] == 60)
    #expect(try JOSE.parts(reply.member("access_token")).claims["exp"] == .number("1795466046.953589"))
    #expect(bench.ledger.issues.map(\.accessExpiresAt) == [1_795_466_047])
    #expect(bench.ledger.issues.map(\.refresh?.expiresAt) == [1_795_465_986 + 1_209_600])
  }

  @Test func theLedgerGetsNoToken() async throws {
    let bench = try await Bench()
    let reply = try await bench.ask("password")
    let refresh = try reply.member("refresh_token")
    let access = try reply.member("access_token")
    let kept = String(describing: bench.ledger.issues)
    #expect(!kept.contains(refresh) && !kept.contains(access))
    #expect(bench.ledger.issues.first?.refresh?.digest == RefreshTokenDigest(of: refresh))
  }

  @Test func twoTokensAreNeverAlike() async throws {
    let bench = try await Bench()
    let replies = [try await bench.ask("password"), try await bench.ask("password")]
    #expect(try Set(replies.map { try $0.member("access_token") }).count == 2)
    #expect(try Set(replies.map { try $0.member("refresh_token") }).count == 2)
  }

  @Test func aFailingLedgerIsNoRefusal() async throws {
    let bench = try await Bench()
    bench.ledger.fail()
    await #expect(throws: MemoryLedger.OutOfOrder.self) { try await bench.ask("password") }
  }
}
