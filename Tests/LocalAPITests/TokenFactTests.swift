import JSONAPI
import Store
import Support
import Testing
import TokenIssuer

/// What is told of tokens, and that clients can end them: `/oauth/revoke`, `/oauth/introspect`, `/oauth/debug`, and what is well-known.
@Suite struct TokenFactTests {
  private static let client = [("client_id", "web"), ("client_secret", "client secret")]

  private func pair(_ visitor: PageVisitor, scope: String = "read") async throws -> (access: String, refresh: String) {
    let form = [("grant_type", "password"), ("username", "zoe"), ("password", "her password"), ("scope", scope)]
    let document = try await visitor.ask("/oauth/token", form + Self.client).document
    return (document["access_token"]?.string ?? "", document["refresh_token"]?.string ?? "")
  }

  @Test func aClientEndsItsTokens() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      let (one, other) = (try await pair(visitor), try await pair(visitor))
      #expect(try await visitor.status(one.access) == 200)
      #expect(try await visitor.ask("/oauth/revoke", [("token", one.access)]).status == 400, "who asks?")
      let wrong = [("client_id", "web"), ("client_secret", "x")]
      #expect(try await visitor.ask("/oauth/revoke", [("token", one.access)] + wrong).status == 401)
      #expect(try await visitor.ask("/oauth/revoke", [("token", one.access), ("client_id", "app")]).status == 400)
      #expect(try await visitor.status(one.access) == 200, "it is another client's")
      let done = try await visitor.ask("/oauth/revoke", [("token", one.access)] + Self.client)
      #expect(done.status == 200)
      #expect(try await visitor.status(one.access) == 401)
      #expect(try await visitor.ask("/oauth/revoke", [("token", one.access)] + Self.client).status == 200)
      #expect(try await visitor.ask("/oauth/revoke", [("token", "nothing")] + Self.client).status == 200)

      #expect(try await visitor.status(other.access) == 200)
      #expect(try await visitor.ask("/oauth/revoke", [("token", other.refresh)] + Self.client).status == 200)
      #expect(try await visitor.status(other.access) == 401, "both of a pair end")
    }
  }

  @Test func aClientHearsOfItsOwnTokensAlone() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      let own = try await pair(visitor)
      let told = try await visitor.ask("/oauth/introspect", [("token", own.access)] + Self.client).document
      #expect(
        told["active"] == true && told["client_id"] == "web" && told["username"] == "zoe" && told["scope"] == "read")
      let refresh = try await visitor.ask("/oauth/introspect", [("token", own.refresh)] + Self.client).document
      #expect(refresh["active"] == true)
      let strange = try await api.token("grant_type=client_credentials").document["access_token"]?.string ?? ""
      for token in [strange, "nothing", own.access + "x", "a.b.c"] {
        let answer = try await visitor.ask("/oauth/introspect", [("token", token)] + Self.client)
        #expect(answer.status == 200 && answer.text == "{\"active\":false}", "\(token)")
      }
      #expect(try await visitor.ask("/oauth/introspect", [("token", own.access), ("client_id", "app")]).status == 401)
    }
  }

  @Test func whatIsWellKnownLeadsToWhatIsThere() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let answer = try await api.send("GET", path)
        #expect(answer.status == 200 && answer.fields["content-type"] == "application/json", "\(path)")
        let document = try answer.document
        #expect(document["issuer"]?.string == api.base)
        #expect(document["code_challenge_methods_supported"]?[0] == "S256")
        for (name, status) in [
          ("authorization_endpoint", 400), ("token_endpoint", 405), ("revocation_endpoint", 405),
          ("introspection_endpoint", 405), ("jwks_uri", 200),
        ] {
          let address = try #require(document[name]?.string)
          #expect(address.hasPrefix(api.base))
          #expect(try await api.send("GET", String(address.dropFirst(api.base.count))).status == status, "\(name)")
        }
        let options = try await api.send("OPTIONS", path)
        #expect(options.status == 200 && options.fields["allow"] == "GET")
      }
      let bad = try await api.send("GET", "/oauth/jwks", ["Authorization": "Bearer a.b.c"])
      #expect(bad.status == 401, "a bad token is one everywhere")
    }
  }

  /// As recorded of the site, whose account may not look at it either; the scope `*` is what may.
  @Test func aTokenIsShownToWhoMayDoAll() async throws {
    let made = try PageVisitor.mirror()
    try made.mirror.tokens.save(
      ConsumerRow(
        id: "all", label: "", secretHash: SecretHash.make("s", cost: SecretHash.Cost(logarithm: 1)).encoded,
        grants: ["client_credentials"], scopes: ["*", "read"], created: 1))
    try await RunningLocalAPI.serving(made) { api in
      let target = "/oauth/debug?_format=json"
      for fields in [[:], try await api.signedIn()] {
        let refused = try await api.send("GET", target, fields)
        #expect(refused.status == 403 && refused.fields["content-type"] == "application/json")
        #expect(refused.fields["cache-control"] == "must-revalidate, no-cache, private")
        #expect(try refused.document == ["message": "The 'debug simple_oauth tokens' permission is required."])
      }
      #expect(try await api.send("GET", target, ["Authorization": "Bearer a.b.c"]).status == 401)
      for other in ["/oauth/debug", "/oauth/debug?_format=html", "/oauth/debug?_format[]=json"] {
        #expect(try await api.send("GET", other, try await api.signedIn()).status == 406, "\(other)")
      }
      let form = [("grant_type", "client_credentials"), ("client_id", "all"), ("client_secret", "s"), ("scope", "*")]
      let token = try #require(
        try await PageVisitor(api).ask("/oauth/token", form).document["access_token"]?.string)
      let shown = try await api.send("GET", target, ["Authorization": "Bearer \(token)"])
      #expect(shown.status == 200 && shown.fields["cache-control"] == "no-store, private")
      let document = try shown.document
      #expect(document.object?.names == ["token", "id", "roles", "permissions"])
      #expect(document["token"]?[0]?.string == token && document["permissions"]?["*"]?["access"] == true)
    }
  }
}
