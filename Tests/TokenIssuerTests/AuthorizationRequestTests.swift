import JSONAPI
import Testing

@testable import TokenIssuer

@Suite struct AuthorizationRequestTests {
  @Test func aRequestThatIsInOrder() async throws {
    let request = try await AuthorizationBench().request(["scope": "read openid", "nonce": "n"])
    #expect(request.consumerID == Bench.clientID && request.consumerLabel == "test")
    #expect(request.redirectURI == AuthorizationBench.uri && request.namesRedirectURI)
    #expect(request.scopes == ["read", "openid"] && request.state == "s t&" && request.nonce == "n")
    #expect(request.challenge == CodeChallenge(AuthorizationBench.challenge, .hashed))
    let short = try await AuthorizationBench().request(["redirect_uri": nil, "state": nil])
    #expect(short.redirectURI == AuthorizationBench.uri && !short.namesRedirectURI && short.state == nil)
    #expect(short.scopes == ["read", "write", "openid"])
  }

  struct Shown: CustomTestStringConvertible, Sendable {
    var name: String
    var changes: [String: String?] = [:]
    var status = 401
    var error = "invalid_client"
    var testDescription: String { name }
  }

  /// Nobody is sent to an address that is not known to be the client's.
  @Test(arguments: [
    Shown(name: "no client", changes: ["client_id": nil], status: 400, error: "invalid_request"),
    Shown(name: "unknown client", changes: ["client_id": "nobody"]),
    Shown(name: "elsewhere", changes: ["redirect_uri": "https://evil.example/back"]),
    Shown(name: "another path", changes: ["redirect_uri": "https://crm.example.org/back/x"]),
    Shown(name: "another query", changes: ["redirect_uri": "https://crm.example.org/back?to=evil"]),
    Shown(name: "another port", changes: ["redirect_uri": "https://crm.example.org:444/back"]),
    Shown(name: "a line break", changes: ["redirect_uri": "https://crm.example.org/back\r\nSet-Cookie: a=b"]),
    Shown(name: "a script", changes: ["redirect_uri": "javascript:alert(1)"]),
  ])
  func shown(_ example: Shown) async throws {
    let fault = try await AuthorizationBench().fault(AuthorizationBench.query(example.changes))
    #expect(fault.location == nil && fault.status == example.status && fault.error == example.error)
    #expect(fault.reply.status == example.status)
    #expect(try fault.reply.member("error") == example.error)
  }

  @Test(arguments: ["client_id", "redirect_uri"])
  func twoAddressesAreNone(name: String) async throws {
    let query = AuthorizationBench.query() + [(name, "https://evil.example/")]
    #expect(try await AuthorizationBench().fault(query).location == nil)
    let swapped = [(name, "https://evil.example/")] + AuthorizationBench.query()
    #expect(try await AuthorizationBench().fault(swapped).location == nil)
  }

  @Test func withoutAnAddressThereHasToBeOne() async throws {
    let two = try AuthorizationBench.consumer(uris: [AuthorizationBench.uri, "http://127.0.0.1/back"])
    let bench = try await AuthorizationBench([two])
    #expect(try bench.fault(AuthorizationBench.query(["redirect_uri": nil])).location == nil)
    let none = try await AuthorizationBench([AuthorizationBench.consumer(uris: [])])
    #expect(try none.fault(AuthorizationBench.query(["redirect_uri": nil])).location == nil)
    #expect(try none.fault(AuthorizationBench.query(["redirect_uri": ""])).location == nil)
  }

  struct Sent: CustomTestStringConvertible, Sendable {
    var name: String
    var changes: [String: String?]
    var error = "invalid_request"
    var isPublic = false
    var mayBePlain = false
    var testDescription: String { name }
  }

  @Test(arguments: [
    Sent(name: "no type", changes: ["response_type": nil]),
    Sent(name: "implicit", changes: ["response_type": "token"], error: "unsupported_response_type"),
    Sent(name: "hybrid", changes: ["response_type": "code id_token"], error: "unsupported_response_type"),
    Sent(name: "another mode", changes: ["response_mode": "fragment"]),
    Sent(name: "too many rights", changes: ["scope": "read *"], error: "invalid_scope"),
    Sent(name: "an unknown scope", changes: ["scope": "admin"], error: "invalid_scope"),
    Sent(name: "plain, which it may not", changes: ["code_challenge_method": "plain"]),
    Sent(name: "plain by leaving it out", changes: ["code_challenge_method": nil]),
    Sent(name: "another method", changes: ["code_challenge_method": "S512"], mayBePlain: true),
    Sent(name: "a short challenge", changes: ["code_challenge": "abc"]),
    Sent(name: "a strange challenge", changes: ["code_challenge": String(repeating: "+", count: 43)]),
    Sent(name: "a method alone", changes: ["code_challenge": nil]),
    Sent(
      name: "a public client without a challenge", changes: ["code_challenge": nil, "code_challenge_method": nil],
      isPublic: true),
    Sent(name: "a long nonce", changes: ["nonce": String(repeating: "n", count: 513)]),
  ])
  func sentToTheClient(_ example: Sent) async throws {
    let consumer = try AuthorizationBench.consumer(isPublic: example.isPublic, mayBePlain: example.mayBePlain)
    let fault = try await AuthorizationBench([consumer]).fault(AuthorizationBench.query(example.changes))
    let location = try #require(fault.location)
    #expect(location.hasPrefix(AuthorizationBench.uri + "?"))
    let parameters = try AuthorizationBench.parameters(of: location)
    #expect(parameters["error"] == example.error && parameters["state"] == "s t&" && parameters["code"] == nil)
  }

  @Test func aParameterThatComesTwiceIsRefused() async throws {
    let query = AuthorizationBench.query() + [("code_challenge", String(repeating: "a", count: 43))]
    let location = try #require(try await AuthorizationBench().fault(query).location)
    #expect(try AuthorizationBench.parameters(of: location)["error"] == "invalid_request")
    let states = AuthorizationBench.query() + [("state", "other")]
    let twice = try #require(try await AuthorizationBench().fault(states).location)
    #expect(try AuthorizationBench.parameters(of: twice)["state"] == nil)
  }

  @Test func aClientWithoutTheGrantIsToldSo() async throws {
    var consumer = try AuthorizationBench.consumer()
    consumer.grants.remove(.authorizationCode)
    let location = try #require(
      try await AuthorizationBench([consumer]).fault(AuthorizationBench.query()).location)
    #expect(try AuthorizationBench.parameters(of: location)["error"] == "unauthorized_client")
  }

  @Test func plainIsForThoseWhoMay() async throws {
    let bench = try await AuthorizationBench([AuthorizationBench.consumer(mayBePlain: true)])
    let request = try bench.request(["code_challenge_method": nil])
    #expect(request.challenge?.method == .plain)
  }
}
