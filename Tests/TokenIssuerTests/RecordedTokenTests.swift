import Foundation
import JSONAPI
import Testing
import TokenIssuer

/// What the recorded site answered, asked again of the endpoint.
@Suite struct RecordedTokenTests {
  /// The site sends these with everything; the routes add them.
  static let everywhere: Set = ["vary", "content-language"]

  @Test func everyRecordedTokenRequestIsAnsweredAsRecorded() async throws {
    let bench = try await Bench()
    var first: String?
    var count = 0
    for exchange in try Fixture.exchanges() where exchange["group"]?.string == "token" {
      guard let request = exchange["request"], request["method"]?.string == "POST" else { continue }
      let id = try #require(exchange["id"]?.string)
      var body = try #require(request["body"]?.string)
      if let first { body.replace("<the refresh token of the first exchange>", with: first) }
      let reply = try await bench.endpoint.answer(
        form: TokenForm.fields(contentType: request["headers"]?["Content-Type"]?.string, body: Array(body.utf8)),
        authorization: request["headers"]?["Authorization"]?.string)
      try expect(reply, equals: try #require(exchange["response"]), id)
      if first == nil { first = try reply.member("refresh_token") }
      count += 1
    }
    #expect(count == 19)
  }

  private func expect(_ reply: TokenReply, equals recorded: JSON, _ id: String) throws {
    #expect(Int64(reply.status) == recorded["status"]?.integer, "\(id)")
    let fields = Dictionary(reply.fields.map { ($0.name, $0.value) }) { $1 }
    let expected = try #require(recorded["headers"]?.object).members.filter { !Self.everywhere.contains($0.name) }
    #expect(fields == Dictionary(expected.map { ($0.name, $0.value.string ?? "") }) { $1 }, "\(id)")
    let document = try reply.document
    let members = try #require(recorded["document"]?.object)
    #expect(document.object?.names == members.names, "\(id)")
    #expect(document.encoded(.oauth) == reply.body, "\(id): compact, and escaped as recorded")
    for member in members.members {
      switch member.name {
      case "access_token":
        try expectToken(try #require(document[member.name]?.string), like: try #require(member.value["$jwt"]), id)
      case "refresh_token":
        let token = try #require(document[member.name]?.string)
        #expect(token.hasPrefix("def502") && token.count > 700 && token.allSatisfy(\.isHexDigit), "\(id)")
      default: #expect(document[member.name] == member.value, "\(id) \(member.name)")
      }
    }
  }

  /// Equal but for the random id and the times, which have to fit together, and for the names of key and issuer, which newer sites have.
  private func expectToken(_ token: String, like recorded: JSON, _ id: String) throws {
    let (header, claims) = try JOSE.parts(token)
    #expect(header.object?.names == (recorded["header"]?.object?.names ?? []) + ["kid"], "\(id)")
    #expect(claims.object?.names.filter { $0 != "iss" } == recorded["claims"]?.object?.names, "\(id)")
    #expect(claims["iss"]?.string == Bench.issuer, "\(id)")
    for name in ["typ", "alg"] { #expect(header[name] == recorded["header"]?[name], "\(id)") }
    for name in ["aud", "scope", "sub"] { #expect(claims[name] == recorded["claims"]?[name], "\(id) \(name)") }
    let tokenID = try #require(claims["jti"]?.string)
    #expect(tokenID.count == 80 && tokenID.allSatisfy(\.isHexDigit) && header["jti"]?.string == tokenID, "\(id)")
    #expect(claims["iat"] == .number("1795465986") && claims["nbf"] == claims["iat"], "\(id)")
    #expect(claims["exp"] == .number("1795466286.953589"), "\(id)")
  }

  @Test func bearerUsesAreRefusedAsRecorded() async throws {
    let bench = try await Bench()
    await #expect(throws: BearerFailure.self) { try await bench.verifier.verify("garbage", at: bench.clock.now) }
    let reply = try await bench.ask("password")
    let token = try reply.member("access_token")
    _ = try await bench.verifier.verify(token, at: bench.clock.now)
    _ = try await bench.refresh(reply.member("refresh_token"))
    #expect(try bench.verifier.cached(token, at: bench.clock.now) == nil, "a refresh ends the old token at once")
    for (id, token) in [("w0021", "garbage"), ("w0022", token)] {
      let recorded = try #require(try Fixture.exchange(id)["response"]?["headers"]?["www-authenticate"]?.string)
      let failure = await #expect(throws: BearerFailure.self) {
        try await bench.verifier.verify(token, at: bench.clock.now)
      }
      #expect(failure?.challenge == recorded)
    }
  }

  @Test func userInfoIsTheRecordedDocument() throws {
    let reply = UserInfo(
      subject: "2", name: "apisync", email: "apisync@example.test", profile: "{{BASE}}/user/2/home",
      updatedAt: 1_704_016_802
    ).document
    let recorded = try #require(try Fixture.exchange("w0023")["response"])
    #expect(try reply.document == recorded["document"])
    #expect(reply.body == recorded["document"]?.encoded(.site))
    #expect(reply[field: "content-type"] == recorded["headers"]?["content-type"]?.string)
    #expect(reply[field: "cache-control"] == recorded["headers"]?["cache-control"]?.string)
  }

  @Test func userInfoWithoutAnAddressDoesNotClaimOne() throws {
    let reply = UserInfo(subject: "7", name: "Zoë", email: nil, profile: "http://h/user/7/home", updatedAt: 0).document
    #expect(
      try reply.document.object?.names == [
        "sub", "name", "preferred_username", "profile", "locale", "zoneinfo", "updated_at",
      ])
    #expect(String(decoding: reply.body, as: UTF8.self).contains(#""name":"Zo\u00eb""#))
  }

  @Test func keysAreShownWithTheRecordedMembers() async throws {
    let bench = try await Bench()
    let recorded = try #require(try Fixture.exchange("w0025")["response"]?["document"])
    let document = try bench.key.document.document
    #expect(document.object?.names == recorded.object?.names)
    let key = try #require(document["keys"]?[0])
    #expect(key.object?.names == (recorded["keys"]?[0]?.object?.names ?? []) + ["kid", "use", "alg"])
    #expect(key["use"] == "sig" && key["alg"] == "RS256")
    #expect(key["kty"] == "RSA" && key["e"] == "AQAB")
    #expect(try JOSE.decode(try #require(key["n"]?.string)).count == 256)
  }
}
