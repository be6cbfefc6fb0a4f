import JSONAPI
import LocalAPI
import Store
import Support
import Testing

@Suite struct TokenRouteTests {
  @Test func tokensLetIn() async throws {
    try await RunningLocalAPI.serving(CrawledMirror.full(), changing: { $0.accessTokenSeconds = 300 }) { api in
      let client = try await api.token("grant_type=client_credentials")
      #expect(client.status == 200 && client.fields["content-type"]?.hasPrefix("application/json") == true)
      #expect(try client.document["token_type"] == "Bearer" && client.document["expires_in"] == 300)
      #expect(try client.document["refresh_token"] == nil)
      let person = try await api.token("grant_type=password&username=ann&password=her%20password").document
      for token in [try client.document["access_token"]?.string, person["access_token"]?.string] {
        let answer = try await api.send("GET", "/jsonapi/node/topic", ["Authorization": "Bearer \(token ?? "")"])
        #expect(answer.status == 200)
      }
      let wrong = try await api.token("grant_type=password&username=ann&password=no")
      #expect(wrong.status == 400 && wrong.text.contains("invalid_grant"))
      #expect(try await api.send("GET", "/oauth/token").status == 405)

      // A refresh token is good for one time, and ends the old pair.
      let old = try #require(person["refresh_token"]?.string)
      let renewed = try await api.token("grant_type=refresh_token&refresh_token=\(old)")
      #expect(renewed.status == 200)
      #expect(try await api.token("grant_type=refresh_token&refresh_token=\(old)").status == 400)
      func topics(_ pair: JSON) async throws -> Int {
        let token = pair["access_token"]?.string ?? ""
        return try await api.send("GET", "/jsonapi/node/topic", ["Authorization": "Bearer \(token)"]).status
      }
      #expect(try await topics(person) == 401)
      #expect(try await topics(renewed.document) == 200)
    }
  }

  /// A client that has a secret is not one of which none is asked, even where the secret cannot be checked.
  @Test(arguments: ["", "x", "$scrypt$ln=13,r=8,p=1$AAAA$AAAA", "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA"])
  func aSecretThatCannotBeReadLetsNobodyIn(stored: String) throws {
    let made = try CrawledMirror.full()
    let tokens = made.mirror.tokens
    let ledger = MirrorTokenLedger(tokens)
    try tokens.save(
      ConsumerRow(id: "odd", label: "", secretHash: stored, grants: ["password"], scopes: ["read"], created: 0))
    #expect(try ledger.consumer(id: "odd") == nil)
    try tokens.save(
      ConsumerRow(id: "public", label: "", secretHash: nil, grants: ["password"], scopes: ["read"], created: 0))
    #expect(try ledger.consumer(id: "public") != nil)
  }

  @Test func withoutGoodTokensNothingIsShown() async throws {
    try await RunningLocalAPI.serving(CrawledMirror.full()) { api in
      let bad = try await api.send("GET", "/jsonapi/node/topic", ["Authorization": "Bearer a.b.c"])
      #expect(bad.status == 401 && bad.fields["content-type"]?.hasPrefix("text/html") == true)
      #expect(bad.fields["www-authenticate"]?.contains(#"error="access_denied""#) == true)
      let type = try #require(try RecordedCrawl.load(base: api.base).first { $0.type == "node--topic" })
      let resource = try #require(try JSON(parsing: type.body)["data"]?[0]?["links"]?["self"]?["href"]?.string)
      for path in ["/jsonapi/node/topic", String(resource.dropFirst(api.base.count)), "/oauth/userinfo"] {
        let none = try await api.send("GET", path)
        #expect(none.status == 401 && none.fields["content-type"] == "application/vnd.api+json", "\(path)")
        #expect(try none.document["errors"]?[0]?["status"] == "401" && none.document["data"] == nil)
        #expect(none.fields["www-authenticate"]?.hasPrefix("Bearer") == true)
      }
      let entry = try await api.send("GET", "/jsonapi")
      #expect(entry.status == 200)
      #expect(try entry.document["meta"] == nil && entry.document["links"]?.object?.members.count == 29)
      let known = try await api.send("GET", "/jsonapi", api.signedIn()).document
      let me = known["meta"]?["links"]?["me"]
      #expect(me?["meta"]?["id"]?.string == CrawledMirror.account)
      #expect(me?["href"]?.string == "\(api.base)/jsonapi/user/user/\(CrawledMirror.account)")
    }
  }
}
