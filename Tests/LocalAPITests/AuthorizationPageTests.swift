import JSONAPI
import Store
import Support
import Testing

@testable import LocalAPI

/// What keeps other sites, and what they write, out of the pages on which people sign in.
@Suite struct AuthorizationPageTests {
  private typealias Form = [(String, String)]

  @Test func pagesRunNothingAndAreFramedByNobody() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      let target = PageVisitor.Wish().target
      let signIn = try await visitor.get(target)
      _ = try await visitor.signIn(target)
      let consent = try await visitor.get(target)
      let fault = try await visitor.get(PageVisitor.Wish(client: "nobody").target)
      for page in [signIn, consent, fault] {
        let policy = page.fields["content-security-policy"] ?? ""
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"))
        #expect(page.fields["x-frame-options"] == "DENY" && page.fields["x-content-type-options"] == "nosniff")
        #expect(page.fields["cache-control"] == "no-store" && page.fields["referrer-policy"] == "same-origin")
        #expect(page.fields["content-type"] == "text/html; charset=UTF-8")
        #expect(!page.text.contains("<script") && !page.text.contains(/\son\w+=/))
      }
      // Browsers hold the way back to the client to the policy of the page that the form was on.
      for page in [signIn, consent] {
        #expect(page.fields["content-security-policy"]?.contains("form-action 'self' https://crm.example;") == true)
      }
      #expect(fault.fields["content-security-policy"]?.contains("form-action 'self';") == true)
      for path in ["/nowhere", "/oauth/token"] {
        let page = try await api.send("GET", path)
        #expect(page.fields["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
        #expect(page.fields["x-frame-options"] == "DENY")
      }
    }
  }

  /// What another site can make a browser send: the form and the cookie, but neither the seal nor the origin.
  @Test func formsOfOtherSitesDoNothing() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let target = PageVisitor.Wish().target
      let victim = PageVisitor(api)
      let person: Form = [("name", "zoe"), ("password", "her password")]
      let own = PageVisitor.fields("sign-in", of: try await victim.get(target))
      let attacker = PageVisitor(api)
      let foreign = PageVisitor.fields("sign-in", of: try await attacker.get(target))
      let cookie = victim.cookie

      let bare: Form = [("step", "sign-in")]
      let empty: Form = bare + [("seal", "")]
      let other: Form = [("step", "consent"), own[1]]
      for form in [[], bare, empty, foreign, other] as [Form] {
        victim.cookie = cookie
        let answer = try await victim.post(target, form + person)
        #expect(answer.status == 403 && answer.fields["location"] == nil, "\(form)")
        #expect(answer.text.contains("Nothing was done") && victim.cookie == cookie, "\(form)")
      }
      let complete = own + person
      let heads = [
        ["Origin": "https://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"],
        ["Sec-Fetch-Site": "same-site"], ["Cookie": ""], ["Content-Type": "text/plain"],
        ["Content-Type": "application/json"],
      ]
      for fields in heads {
        victim.cookie = cookie
        let answer = try await victim.post(target, complete, fields)
        #expect(answer.status == 403 && answer.fields["location"] == nil, "\(fields)")
        #expect(answer.text.contains("Nothing was done"), "\(fields)")
        if fields["Cookie"] == nil {
          #expect(answer.fields["set-cookie"] == nil, "\(fields): nobody is signed out by it")
        }
      }
      victim.cookie = cookie
      let here = ["Origin": api.base, "Sec-Fetch-Site": "same-origin"]
      #expect(try await victim.post(target, complete, here).status == 303)

      // Signed in, the same of the consent: neither the seal of another browser, nor that of another request, nor of before.
      _ = try await attacker.signIn(target)
      let theirs = PageVisitor.fields("consent", of: try await attacker.get(target))
      let lesser = PageVisitor.fields("consent", of: try await victim.get(PageVisitor.Wish(scope: nil).target))
      let mine = PageVisitor.fields("consent", of: try await victim.get(target))
      for form in [[], theirs, lesser, [("step", "consent"), own[1]], [("step", "leave"), mine[1]]] as [Form] {
        let answer = try await victim.post(target, form + [("answer", "allow")])
        #expect(answer.status == 403 && answer.fields["location"] == nil, "\(form)")
      }
      let framed = try await victim.post(target, mine + [("answer", "allow")], ["Origin": "https://evil.example"])
      #expect(framed.status == 403 && framed.fields["location"] == nil)
      #expect(try await victim.post(target, mine + [("answer", "perhaps")]).status == 403)
      #expect(try await victim.post(target, mine + [("answer", "allow")]).status == 303)
    }
  }

  @Test func whatComesFromOutsideIsText() async throws {
    let attack = "\"\u{301}'><script>alert(1)</script><b onclick=\"x\">&amp;"
    try await RunningLocalAPI.serving(PageVisitor.mirror(label: attack)) { api in
      let visitor = PageVisitor(api)
      let target = PageVisitor.Wish(state: attack).target + "&x=\"><i>"
      for page in [
        try await visitor.signIn(target, name: attack, password: "no"), try await visitor.get(target + "'\"<"),
        try await visitor.get(PageVisitor.Wish(client: attack).target),
        try await visitor.get(PageVisitor.Wish(redirect: attack).target),
      ] {
        #expect(!page.text.contains("<script>") && !page.text.contains("<b onclick") && !page.text.contains("<i>"))
        // Each attribute ends where it was meant to.
        #expect(page.body.firstRange(of: Array("\"\u{301}".utf8)) == nil)
      }
      _ = try await visitor.signIn(target)
      let consent = try await visitor.get(target)
      #expect(consent.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !consent.text.contains("<script>"))
      // What comes back in a header stays one line of it.
      let broken = try await visitor.get(PageVisitor.Wish(state: "a\r\nSet-Cookie: x=y\r\n\r\n<p>").target)
      #expect(broken.status == 200)
      let denied = try await visitor.decide(PageVisitor.Wish(state: "a\r\nSet-Cookie: x=y").target, "deny")
      #expect(denied.fields["set-cookie"] == nil && PageVisitor.member("state", of: denied) == "a\r\nSet-Cookie: x=y")
    }
  }

  @Test func thePageHasOnePathAndItsMethods() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let target = PageVisitor.Wish().target
      let options = try await api.send("OPTIONS", target)
      #expect(options.status == 200 && options.fields["allow"] == "GET, POST")
      for method in ["PUT", "DELETE", "PATCH"] {
        let answer = try await api.send(method, target)
        #expect(answer.status == 405 && answer.fields["allow"] == "GET, POST, HEAD", "\(method)")
      }
      for path in ["/OAuth/Authorize", "/oauth/authorize/", "/%6Fauth/authorize"] {
        let answer = try await api.send("GET", target.replacing("/oauth/authorize", with: path))
        #expect(answer.status == 302 && answer.fields["location"] == api.base + target, "\(path)")
      }
      let front = try await api.send("GET", "/index.php" + target)
      #expect(front.status == 200 && front.text.contains("action=\"?response_type=code&amp;"))
      #expect(try await api.send("GET", "/oauth/authorize").status >= 400, "no client")
      let long = try await api.send(
        "POST", target, ["Content-Type": "application/x-www-form-urlencoded"],
        body: String(repeating: "a", count: 70_000))
      #expect(long.status == 413)
    }
  }

  /// A site below a path of its host has its pages there, and at the root.
  @Test func aSiteBelowAPathHasItsPagesThere() async throws {
    let made = try PageVisitor.mirror()
    try made.mirror.discovery.note(.siteBaseURL, "https://site.example/community")
    try await RunningLocalAPI.serving(made) { api in
      for path in ["/community/oauth/authorize", "/oauth/authorize"] {
        let visitor = PageVisitor(api)
        let target = PageVisitor.Wish().target.replacing("/oauth/authorize", with: path)
        #expect(try await visitor.signIn(target).fields["location"] == PageVisitor.again(target))
        let allowed = try await visitor.decide(target, "allow")
        #expect(allowed.status == 303 && PageVisitor.member("code", of: allowed) != nil, "\(path)")
      }
      for path in ["/.well-known/oauth-authorization-server/community", "/community/.well-known/openid-configuration"] {
        let found = try await api.send("GET", path).document
        #expect(found["issuer"]?.string == api.base + "/community")
        #expect(found["authorization_endpoint"]?.string == api.base + "/community/oauth/authorize")
      }
    }
  }

  @Test(
    arguments: [
      ("https://crm.example/back", "crm.example", "https://crm.example"),
      ("http://127.0.0.1:5000/x", "127.0.0.1:5000", "http://127.0.0.1:5000"),
      ("http://[::1]:5000/x", "[::1]:5000", "http:"), ("com.example.app:/back", "com.example.app", "com.example.app:"),
      ("https://crm.example;script-src%20*/", "crm.example;script-src%20*", "https:"),
      ("https://a b'/", "a b'", "https:"),
    ]) func whereAFormMayLeadIsOfTheClient(uri: String, shown: String, source: String)
  {
    #expect(RedirectTarget.shown(uri) == shown)
    #expect(RedirectTarget.sources(uri) == [source])
  }

  @Test(arguments: ["", ":", "no scheme", "a;b:c", "a b://c"]) func whatIsNoAddressLeadsNowhere(uri: String) {
    #expect(RedirectTarget.sources(uri) == [])
  }
}
