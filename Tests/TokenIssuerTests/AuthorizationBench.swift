import Testing

@testable import TokenIssuer

/// A bench whose consumer sends people to sign in.
struct AuthorizationBench {
  static let uri = "https://crm.example.org/back"
  static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
  /// Of the verifier: RFC 7636, appendix B.
  static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
  static let issuer = "https://mirror.example.org"

  let bench: Bench

  static func consumer(
    _ id: String = Bench.clientID, isPublic: Bool = false, uris: [String] = [uri], mayBePlain: Bool = false,
    scopes: [String] = ["read", "write", "openid"]
  ) throws -> Consumer {
    var consumer = try Bench.consumer(id, scopes: scopes, defaults: nil, isPublic: isPublic)
    consumer.redirectURIs = uris
    consumer.isPlainChallengeAllowed = mayBePlain
    return consumer
  }

  init(_ consumers: [Consumer]? = nil, accounts: [Account]? = nil, readsStale: Bool = false) async throws {
    bench = try await Bench(
      consumers: consumers ?? [Self.consumer()], accounts: accounts, readsStaleRefreshTokens: readsStale)
  }

  /// A query that is in order; nil takes a field away.
  static func query(_ changes: [String: String?] = [:]) -> [(String, String)] {
    var fields = [
      "response_type": "code", "client_id": Bench.clientID, "redirect_uri": uri, "state": "s t&",
      "code_challenge": challenge, "code_challenge_method": "S256",
    ]
    for (name, value) in changes { fields[name] = value }
    return fields.map { ($0.key, $0.value) }
  }

  func request(_ changes: [String: String?] = [:]) throws -> AuthorizationRequest {
    guard case .request(let request) = try bench.endpoint.authorizationRequest(query: Self.query(changes)) else {
      throw Refused()
    }
    return request
  }

  func fault(_ query: [(String, String)]) throws -> AuthorizationRequest.Fault {
    guard case .fault(let fault) = try bench.endpoint.authorizationRequest(query: query) else { throw Refused() }
    return fault
  }

  struct Refused: Error {}

  /// A code that a person has just allowed.
  func code(_ changes: [String: String?] = [:], remembering: Bool = false) async throws -> String {
    let account = try #require(try bench.ledger.account(name: "apisync"))
    let location = try await bench.endpoint.code(for: request(changes), account: account, remembering: remembering)
    return try #require(try Self.parameters(of: location)["code"])
  }

  /// A code brought to the token endpoint; nil takes a field away.
  func redeem(_ code: String, _ changes: [String: String?] = [:], issuer: String? = nil) async throws -> TokenReply {
    var form = [
      "grant_type": "authorization_code", "client_id": Bench.clientID, "client_secret": Bench.secret, "code": code,
      "redirect_uri": Self.uri, "code_verifier": Self.verifier,
    ]
    for (name, value) in changes { form[name] = value }
    return try await bench.endpoint.answer(form: form, authorization: nil, issuer: issuer)
  }

  /// The query of a URL, decoded.
  static func parameters(of location: String) throws -> [String: String] {
    let parts = location.split(separator: "?", maxSplits: 1)
    try #require(parts.count == 2)
    return TokenForm.fields(contentType: "application/x-www-form-urlencoded", body: Array(parts[1].utf8))
  }
}
