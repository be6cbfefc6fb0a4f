import Foundation
import JSONAPI
import LocalAPI
import Store
import Support
import Testing
import TokenIssuer

/// Tokens that somebody made, changed or brings from elsewhere. The ledger holds the good one active, so only what is checked of the
/// token itself can refuse each.
@Suite struct TokenAttackTests {
  /// An attack and what it brings.
  private typealias Attack = (name: String, token: String)

  private static let other = Result { try SigningKey.newPEM() }

  /// Nothing is shown and nothing is changed.
  private func expectRefused(_ attacks: [Attack], _ api: AttackedAPI, _ what: String) async throws {
    for (name, token) in attacks {
      for target in ["/jsonapi/node/topic", api.topic, "/oauth/userinfo"] {
        let answer = await api.get(target, token)
        #expect(answer.status == 401, "\(name): \(target) is answered \(answer.status)")
        #expect(answer.body.firstRange(of: Array(#""data":"#.utf8)) == nil, "\(name): \(target)")
      }
      let changed = await api.patch(token)
      #expect(changed.status == 401, "\(name): a change is answered \(changed.status)")
    }
    print("attacks on tokens, \(what): \(attacks.count), each asked 4 times, all refused with 401")
  }

  @Test func algorithmsAndKeysOfOthers() async throws {
    let api = try await AttackedAPI()
    let good = try ForgedToken(like: await api.tokens("client_credentials").access)
    let pem = try String(contentsOfFile: api.keyPath, encoding: .utf8)
    let other = try Self.other.get()
    let publicPEM = try ForgedToken.publicPEM(pem)
    let jwk = try ForgedToken.jwk(pem)
    let theirs = try ForgedToken.jwk(other)
    let modulus = jwk["n"]?.string ?? ""
    var attacks: [Attack] = []
    func add(
      _ name: String, _ header: [(String, JSON)], _ claims: [(String, JSON)], _ sign: ((Data) throws -> Data)?
    ) throws {
      attacks.append((name, try good.with(header: header, claims: claims, sign: sign)))
    }
    for name in ["none", "None", "nOnE", "NONE", "", "rs256", "RS256 "] {
      try add("algorithm \(name), no signature", [("alg", .string(name))], [], ForgedToken.none([]))
      try add("algorithm \(name), some signature", [("alg", .string(name))], [], ForgedToken.none([0, 0, 0]))
      try add("algorithm \(name), the good signature", [("alg", .string(name))], [], nil)
    }
    try add("no algorithm", [("alg", .null)], [], nil)
    try add("a list of algorithms", [("alg", ["RS256", "none"])], [], ForgedToken.none([0]))
    for secret in [publicPEM, publicPEM.trimmingCharacters(in: .newlines), modulus, jwk.text(), ""] {
      try add("HS256 with \(secret.prefix(30))", [("alg", "HS256")], [], ForgedToken.hmac(secret))
      try add("HMAC under the name RS256, with \(secret.prefix(30))", [], [], ForgedToken.hmac(secret))
    }
    try add("RS512 of the mirror's own key", [("alg", "RS512")], [], ForgedToken.rsa512(pem))
    try add("RS512 under the name RS256", [], [], ForgedToken.rsa512(pem))
    try add("PS256 of the mirror's own key", [("alg", "PS256")], [], ForgedToken.pss(pem))
    try add("PSS under the name RS256", [], [], ForgedToken.pss(pem))
    try add("changed claims under the good signature", [], [("scope", ["*"])], nil)
    try add("changed header under the good signature", [("typ", "at+jwt")], [], nil)
    try add("another key", [], [], ForgedToken.rsa(other))
    try add("another key, embedded", [("jwk", theirs)], [], ForgedToken.rsa(other))
    try add("another key, embedded, no kid", [("jwk", theirs), ("kid", .null)], [], ForgedToken.rsa(other))
    for name in ["jku", "x5u"] {
      for url in ["https://attacker.example/jwks", "http://127.0.0.1:9/jwks", "file:///etc/passwd"] {
        try add("another key, \(name) \(url)", [(name, .string(url))], [], ForgedToken.rsa(other))
      }
    }
    try add("another key, x5c", [("x5c", ["MIIB"])], [], ForgedToken.rsa(other))
    try add("something critical", [("crit", ["exp"])], [], ForgedToken.rsa(other))
    let kids: [JSON] = [
      "../../../../dev/null", "/etc/passwd", "key.pem", .string(api.keyPath), "' OR '1'='1", "x' UNION SELECT 'AA", "",
      "*", 0, 1, true, [], ["kid"], ["kid": "x"], "a\u{0}b", "https://attacker.example/jwks",
      .string(String(repeating: "k", count: 100_000)),
    ]
    for kid in kids {
      try add("another key, kid \(kid.text().prefix(40))", [("kid", kid)], [], ForgedToken.rsa(other))
      try add(
        "HMAC of nothing, kid \(kid.text().prefix(40))", [("kid", kid), ("alg", "HS256")], [], ForgedToken.hmac(""))
    }
    try await expectRefused(attacks, api, "algorithms and keys")
    let control = try good.with(sign: ForgedToken.rsa(pem))
    #expect(await api.get(api.topic, control).status == 200, "the method itself is sound")
  }

  /// As if somebody had the mirror's key, or the mirror had signed what it should not have.
  @Test func claimsThatDoNotHold() async throws {
    let api = try await AttackedAPI()
    let good = try ForgedToken(like: await api.tokens("client_credentials").access)
    let pem = try String(contentsOfFile: api.keyPath, encoding: .utf8)
    let now = Int(Date().timeIntervalSince1970)
    let changes: [(String, [(String, JSON)])] = [
      ("expired", [("exp", .integer(now - 1))]), ("expired long ago", [("exp", 1)]),
      ("expired before time", [("exp", -1)]),
      ("without an end", [("exp", .null)]), ("the end a text", [("exp", .string("\(now + 1_000)"))]),
      ("the end no number", [("exp", ["x"])]), ("not yet valid", [("nbf", .integer(now + 1_000))]),
      ("issued in the future", [("iat", .integer(now + 1_000))]), ("without nbf", [("nbf", .null)]),
      ("nbf a text", [("nbf", "0")]),
      ("another audience", [("aud", "other")]), ("an audience that is none", [("aud", "nobody")]),
      ("no audience", [("aud", .null)]), ("several audiences", [("aud", ["crm", "other"])]),
      ("another issuer", [("iss", "https://attacker.example")]), ("an issuer that is none", [("iss", "")]),
      ("the issuer a list", [("iss", ["x"])]),
      ("an id that was never issued", [("jti", .string(String(repeating: "a", count: 80)))]),
      ("no id", [("jti", .null)]), ("SQL for an id", [("jti", "' OR '1'='1")]),
      ("a subject that is none", [("sub", "x")]), ("SQL for a subject", [("sub", "1 OR 1=1")]),
    ]
    var attacks: [Attack] = []
    for (name, claims) in changes {
      attacks.append((name, try good.with(claims: claims, sign: ForgedToken.rsa(pem))))
    }
    try await expectRefused(attacks, api, "claims")
  }

  @Test func whatIsNoToken() async throws {
    let api = try await AttackedAPI()
    let pair = try await api.tokens("password")
    let parts = pair.access.split(separator: ".").map(String.init)
    // Spaces and NUL around it are taken off, as PHP does.
    let texts: [String] = [
      "", " ", ".", "..", "...", "null", "undefined", "a.b.c", "\(pair.access).x", "x.\(pair.access)", pair.refresh,
      "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).", ".\(parts[1]).\(parts[2])",
      "\(parts[2]).\(parts[1]).\(parts[0])",
      pair.access + "=", String(repeating: ".", count: 10_000), String(repeating: "A", count: 60_000),
      String(pair.access.dropLast(4)), "' OR '1'='1", "Bearer \(pair.access)", pair.access + ", x",
    ]
    try await expectRefused(texts.map { ("\($0.prefix(40))", $0) }, api, "no tokens")
    for header in ["Basic \(pair.access)", "Bearer\(pair.access)", "Token \(pair.access)", pair.access] {
      let answer = await api.send("GET", api.topic, ["Authorization": header])
      #expect(answer.status == 401, "\(header.prefix(20))")
    }
    // Nor does a token count that stands elsewhere (RFC 6750 sections 2.2 and 2.3).
    for target in ["\(api.topic)?access_token=\(pair.access)", "\(api.topic)?token=\(pair.access)"] {
      #expect(await api.send("GET", target).status == 401)
    }
    #expect(await api.send("GET", api.topic, ["Cookie": "access_token=\(pair.access)"]).status == 401)
    #expect(await api.get(api.topic, pair.access).status == 200)
  }
}
