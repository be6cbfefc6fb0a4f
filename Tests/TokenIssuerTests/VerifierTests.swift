import Foundation
import JSONAPI
import Testing
import TokenIssuer

@Suite struct VerifierTests {
  static let unverified = "Access token could not be verified"

  private func hint(_ bench: Bench, _ token: String) async throws -> String? {
    await #expect(throws: BearerFailure.self) { try await bench.verifier.verify(token, at: bench.clock.now) }?.hint
  }

  @Test func aGoodTokenTellsWhoseItIs() async throws {
    let bench = try await Bench()
    let token = try await bench.verifier.verify(
      bench.ask("password").member("access_token"), at: bench.clock.now)
    #expect(token.accountID == 2)
    #expect(token.consumerID == Bench.clientID)
    #expect(token.scopes == ["sitemanager"])
    #expect(token.expiresAt == 1_795_466_286.953589)
    let own = try await bench.verifier.verify(
      bench.ask("client_credentials").member("access_token"), at: bench.clock.now)
    #expect(own.accountID == nil)
  }

  @Test(arguments: [
    ("", "Missing \"Bearer\" token"),
    ("garbage", "The JWT string must have two dots"),
    ("a.b", "The JWT string must have two dots"),
    ("a.b.c.d", "The JWT string must have two dots"),
    (".e30.AAAA", "The JWT string is missing the Header part"),
    ("e30..AAAA", "The JWT string is missing the Claim part"),
    ("e30.e30.", "The JWT string is missing the Signature part"),
    ("a$.e30.AAAA", "Error while decoding from Base64Url, invalid base64 characters detected"),
    ("e30=.e30.AAAA", "Error while decoding from Base64Url, invalid base64 characters detected"),
    ("e30.e3+.AAAA", "Error while decoding from Base64Url, invalid base64 characters detected"),
    ("e30.e30.A", "Error while decoding from Base64Url, invalid base64 characters detected"),
    ("e30.e30.AB", "Error while decoding from Base64Url, invalid base64 characters detected"),
    ("AAAA.e30.AAAA", "Error while decoding from JSON"),
    ("e30.AAAA.AAAA", "Error while decoding from JSON"),
    ("MQ.e30.AAAA", "headers must be an array with non-empty-string keys"),
    ("e30.Im8i.AAAA", "claims must be an array with non-empty-string keys"),
    ("eyJlbmMiOiJ4In0.e30.AAAA", "Encryption is not supported yet"),
    ("e30.e30.AAAA", unverified), ("W10.W10.AAAA", unverified),
  ])
  func malformed(token: String, expected: String) async throws {
    #expect(try await hint(Bench(), token) == expected)
  }

  /// Every forgery is of a token that the ledger holds active: only the signature can refuse it.
  @Test func forgedTokensAreRefused() async throws {
    let bench = try await Bench()
    let good = try await bench.ask("password").member("access_token")
    let parts = good.split(separator: ".").map(String.init)
    let claims = String(decoding: try JOSE.decode(parts[1]), as: UTF8.self)
    let pem = try Bench.pem.get()
    let modulus = try #require(try bench.key.document.document["keys"]?[0]?["n"]?.string)
    let kid = try #require(bench.key.document.document["keys"]?[0]?["kid"]?.string)
    let rs256 = #"{"typ":"JWT","alg":"RS256","kid":"\#(kid)"}"#
    let hs256 = #"{"typ":"JWT","alg":"HS256","kid":"\#(kid)"}"#
    let elevated = claims.replacing("sitemanager", with: "*")
    try #require(elevated != claims)
    let other = try SigningKey.newPEM()
    let forgeries: [String: String] = [
      "changed claims": [parts[0], JOSE.encode(Data(elevated.utf8)), parts[2]].joined(separator: "."),
      "changed header": [JOSE.encode(Data(rs256.utf8)), parts[1], parts[2]].joined(separator: "."),
      "another key": try JOSE.token(rs256, claims) { try JOSE.rsa(other, $0) },
      "another key that names itself": try JOSE.token(#"{"alg":"RS256","kid":"x"}"#, claims) {
        try JOSE.rsa(other, $0)
      },
      "no kid": try JOSE.token(#"{"typ":"JWT","alg":"RS256"}"#, claims) { try JOSE.rsa(pem, $0) },
      "an unknown kid": try JOSE.token(#"{"alg":"RS256","kid":"x"}"#, claims) { try JOSE.rsa(pem, $0) },
      "a kid that climbs": try JOSE.token(#"{"alg":"RS256","kid":"../../etc/passwd"}"#, claims) {
        try JOSE.rsa(pem, $0)
      },
      "a kid that is no text": try JOSE.token(#"{"alg":"RS256","kid":["\#(kid)"]}"#, claims) { try JOSE.rsa(pem, $0) },
      "a key of its own": try JOSE.token(#"{"alg":"RS256","kid":"\#(kid)","jwk":{"kty":"RSA"}}"#, claims) {
        try JOSE.rsa(pem, $0)
      },
      "a key from elsewhere": try JOSE.token(#"{"alg":"RS256","kid":"\#(kid)","jku":"https://x.example/"}"#, claims) {
        try JOSE.rsa(pem, $0)
      },
      "a rule that is not known": try JOSE.token(#"{"alg":"RS256","kid":"\#(kid)","crit":["b64"]}"#, claims) {
        try JOSE.rsa(pem, $0)
      },
      "another issuer": try JOSE.token(rs256, claims.replacing("mirror.example", with: "other.example")) {
        try JOSE.rsa(pem, $0)
      },
      "no issuer": try JOSE.token(rs256, claims.replacing(#""iss""#, with: #""was""#)) { try JOSE.rsa(pem, $0) },
      "two audiences": try JOSE.token(
        rs256, claims.replacing(#""aud":"apisync-client""#, with: #""aud":["apisync-client","other"]"#)
      ) { try JOSE.rsa(pem, $0) },
      "no algorithm": JOSE.token(#"{"typ":"JWT","kid":"\#(kid)"}"#, claims) { _ in Data([0, 0, 0]) },
      "alg none": JOSE.token(#"{"typ":"JWT","alg":"none","kid":"\#(kid)"}"#, claims) { _ in Data([0, 0, 0]) },
      "HS256 with the public key": JOSE.token(hs256, claims) { JOSE.hmac((try? JOSE.publicPEM(pem)) ?? "", $0) },
      "HS256 with the modulus": JOSE.token(hs256, claims) { JOSE.hmac(modulus, $0) },
      "RS256 in name, HMAC in fact": JOSE.token(rs256, claims) { JOSE.hmac((try? JOSE.publicPEM(pem)) ?? "", $0) },
      "the key's own RS512": try JOSE.token(#"{"alg":"RS512","kid":"\#(kid)"}"#, claims) {
        try JOSE.rsa(pem, $0, sha512: true)
      },
      "lower-case algorithm": try JOSE.token(#"{"alg":"rs256","kid":"\#(kid)"}"#, claims) { try JOSE.rsa(pem, $0) },
    ]
    for (name, token) in forgeries {
      #expect(try await hint(bench, token) == Self.unverified, "\(name)")
      #expect(try bench.verifier.cached(token, at: bench.clock.now) == nil, "\(name)")
    }
    let control = try JOSE.token(rs256, claims) { try JOSE.rsa(pem, $0) }
    #expect(try await bench.verifier.verify(control, at: bench.clock.now).accountID == 2, "the method itself is sound")
  }

  @Test func timesAreKept() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("access_token")
    for (seconds, isGood) in [(-1.0, false), (0, true), (299.999, true), (300, false), (86_400, false)] {
      let time = 1_795_465_986.953589 + seconds
      let failure: BearerFailure?
      do {
        _ = try await bench.verifier.verify(token, at: time)
        failure = nil
      } catch let refusal as BearerFailure { failure = refusal }
      #expect(failure?.hint == (isGood ? nil : Self.unverified), "\(seconds) s after it was issued")
    }
  }

  @Test func aTokenThatTheLedgerDoesNotHoldIsRevoked() async throws {
    let bench = try await Bench()
    let token = try await bench.ask("password").member("access_token")
    bench.ledger.revoke(try #require(bench.ledger.issues.first?.accessTokenID))
    #expect(try await hint(bench, token) == "Access token has been revoked")
    let pem = try Bench.pem.get()
    let kid = try #require(bench.key.document.document["keys"]?[0]?["kid"]?.string)
    for client in [Bench.clientID, "nobody"] {
      let claims =
        #"{"aud":"\#(client)","jti":"unheard of","iat":1,"nbf":1,"exp":9795466286,"scope":[],"iss":"\#(Bench.issuer)","sub":"2"}"#
      let unrecorded = try JOSE.token(#"{"alg":"RS256","kid":"\#(kid)"}"#, claims) { try JOSE.rsa(pem, $0) }
      #expect(try await hint(bench, unrecorded) == "Access token has been revoked")
    }
  }

  @Test func aTokenOfAClientThatIsGoneIsRevoked() async throws {
    let bench = try await Bench(consumers: [Bench.consumer(), Bench.consumer("other")])
    let token = try await bench.ask("password", ["client_id": "other"]).member("access_token")
    bench.ledger.remove(consumer: "other")
    #expect(try await hint(bench, token) == "Access token has been revoked")
  }

  @Test(arguments: [
    ("Bearer abc", "abc"), ("bearer  abc ", "abc"), (" Bearer\tabc", "abc"), ("Bearer", ""), ("Bearer ", ""),
    ("Basic abc", nil), ("Bearerabc", nil), ("", nil), ("abc Bearer", nil),
  ])
  func bearerHeaders(header: String, token: String?) {
    #expect(AccessTokenVerifier.bearerToken(inAuthorization: header) == token)
  }

  @Test func quotesInAReasonAreEscaped() async throws {
    let failure = await #expect(throws: BearerFailure.self) { try await Bench().verifier.verify("", at: 0) }
    #expect(
      failure?.challenge
        == #"Bearer realm="OAuth", error="access_denied", error_description="Missing \"Bearer\" token""#)
  }
}
