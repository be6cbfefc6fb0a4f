import JSONAPI
import Testing

@testable import TokenIssuer

@Suite struct RevocationTests {
  private func form(_ token: String?, _ changes: [String: String?] = [:]) -> [String: String] {
    var form = ["client_id": Bench.clientID, "client_secret": Bench.secret]
    form["token"] = token
    for (name, value) in changes { form[name] = value }
    return form
  }

  private func isActive(_ bench: Bench, _ token: String, _ changes: [String: String?] = [:]) async throws -> Bool? {
    try await bench.endpoint.introspect(form: form(token, changes), authorization: nil).document["active"]?.bool
  }

  @Test(arguments: ["access_token", "refresh_token"])
  func eitherTokenEndsBoth(kind: String) async throws {
    let bench = try await Bench()
    let pair = try await bench.ask("password")
    let access = try pair.member("access_token")
    _ = try await bench.verifier.verify(access, at: bench.clock.now)
    let reply = try await bench.endpoint.revoke(form: form(pair.member(kind)), authorization: nil)
    #expect(reply.status == 200 && reply.body.isEmpty && reply[field: "cache-control"] == "no-store")
    #expect(try bench.verifier.cached(access, at: bench.clock.now) == nil, "at once, in this process")
    await #expect(throws: BearerFailure.self) { try await bench.verifier.verify(access, at: bench.clock.now) }
    #expect(try await bench.refresh(pair.member("refresh_token")).status == 400)
    #expect(try await isActive(bench, access) == false)
    #expect(try await isActive(bench, pair.member("refresh_token")) == false)
  }

  /// RFC 7009, 2.2: what is no good has ended already.
  @Test(arguments: ["garbage", "a.b.c", "def502ab", "..", "e30.e30.AAAA"])
  func whatIsNoTokenHasEnded(token: String) async throws {
    let bench = try await Bench()
    #expect(try await bench.endpoint.revoke(form: form(token), authorization: nil).status == 200)
    #expect(try await isActive(bench, token) == false)
  }

  @Test func anotherClientsTokenStaysGood() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(), Bench.consumer("other")])
    let pair = try await bench.ask("password")
    for kind in ["access_token", "refresh_token"] {
      let token = try pair.member(kind)
      let reply = try await bench.endpoint.revoke(form: form(token, ["client_id": "other"]), authorization: nil)
      #expect(reply.status == 400)
      #expect(try await isActive(bench, token, ["client_id": "other"]) == false, "it hears nothing of it")
      #expect(try await isActive(bench, token) == true)
    }
  }

  @Test func whoIsNoClientIsRefused() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(), Bench.consumer("public", isPublic: true)])
    let token = try await bench.ask("password").member("access_token")
    for changes in [["client_secret": "nope"], ["client_secret": nil], ["client_id": "nobody"]] as [[String: String?]] {
      #expect(try await bench.endpoint.revoke(form: form(token, changes), authorization: nil).status == 401)
      #expect(try await bench.endpoint.introspect(form: form(token, changes), authorization: nil).status == 401)
    }
    let none = form(token, ["client_id": nil, "client_secret": nil])
    #expect(try await bench.endpoint.introspect(form: none, authorization: nil).status == 400)
    let open = form(token, ["client_id": "public", "client_secret": nil])
    #expect(try await bench.endpoint.introspect(form: open, authorization: nil).status == 401)
    #expect(try await bench.endpoint.revoke(form: form(nil), authorization: nil).status == 400)
    #expect(try await isActive(bench, token) == true)
  }

  @Test func aPublicClientEndsItsOwn() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(isPublic: true)])
    let pair = try await bench.ask("password", ["client_secret": nil])
    let own = form(try pair.member("refresh_token"), ["client_secret": nil])
    #expect(try await bench.endpoint.revoke(form: own, authorization: nil).status == 200)
    #expect(try await bench.refresh(pair.member("refresh_token"), ["client_secret": nil]).status == 400)
  }

  @Test func whatIsToldOfAToken() async throws {
    let bench = try await Bench()
    let pair = try await bench.ask("password", ["scope": "sitemanager authenticated"])
    let access = try await bench.endpoint.introspect(form: form(pair.member("access_token")), authorization: nil)
    #expect(access[field: "cache-control"] == "no-store")
    let issue = try #require(bench.ledger.issues.first)
    let expected: JSON = [
      "active": true, "scope": "sitemanager authenticated", "client_id": .string(Bench.clientID),
      "username": "apisync", "token_type": "Bearer", "exp": .integer(issue.accessExpiresAt), "sub": "2",
      "aud": .string(Bench.clientID), "jti": .string(issue.accessTokenID),
    ]
    #expect(try access.document == expected)
    let refresh = try await bench.endpoint.introspect(form: form(pair.member("refresh_token")), authorization: nil)
    #expect(try refresh.document["token_type"] == "refresh_token" && refresh.document["active"] == true)
    bench.clock.advance(301)
    #expect(try await isActive(bench, pair.member("access_token")) == false)
  }

  @Test func theDocumentsNameTheRoutes() throws {
    let documents = DiscoveryDocuments(issuer: "https://mirror.example.org/de")
    let server = try documents.authorizationServer.document
    #expect(server["issuer"] == "https://mirror.example.org/de")
    for (name, path) in [
      ("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("jwks_uri", "jwks"),
      ("revocation_endpoint", "revoke"), ("introspection_endpoint", "introspect"),
    ] { #expect(server[name]?.string == "https://mirror.example.org/de/oauth/\(path)") }
    #expect(server["code_challenge_methods_supported"] == ["S256", "plain"])
    #expect(server["grant_types_supported"]?.array?.count == Grant.allCases.count)
    let openID = try documents.openIDConfiguration.document
    for member in try #require(server.object).members { #expect(openID[member.name] == member.value) }
    #expect(
      openID["id_token_signing_alg_values_supported"] == ["RS256"] && openID["subject_types_supported"] == ["public"])
  }
}
