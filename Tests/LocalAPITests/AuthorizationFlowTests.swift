import JSONAPI
import Store
import Support
import Testing

/// The whole way of a person through `/oauth/authorize`, over connections (RFC 6749, 4.1; RFC 7636).
@Suite struct AuthorizationFlowTests {
  @Test func aPersonLetsAClientIn() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      let target = PageVisitor.Wish(scope: "read openid").target
      let page = try await visitor.get(target)
      #expect(page.status == 200 && page.text.contains("CRM &amp; more"))
      let visitorCookie = try #require(visitor.cookie)
      #expect(page.fields["set-cookie"]?.hasSuffix("; Path=/; HttpOnly; SameSite=Lax") == true)

      let wrong = try await visitor.signIn(target, password: "no")
      #expect(wrong.status == 403 && wrong.text.contains("value=\"zoe\""), "the name need not be written again")
      #expect(wrong.text.contains("not right") && wrong.fields["location"] == nil)
      let unknown = try await visitor.signIn(target, name: "nobody", password: "no")
      #expect(unknown.status == 403 && unknown.text.contains("not right"))
      let signedIn = try await visitor.signIn(target)
      #expect(signedIn.status == 303 && signedIn.fields["location"] == PageVisitor.again(target))
      #expect(visitor.cookie != visitorCookie, "signing in gives another cookie")

      let consent = try await visitor.get(target)
      #expect(consent.status == 200 && consent.text.contains("crm.example") && consent.text.contains("zoe"))
      #expect(consent.text.contains("read what you may see") && consent.text.contains("know who you are"))
      let allowed = try await visitor.decide(target, "allow")
      #expect(allowed.status == 303 && allowed.fields["location"]?.hasPrefix(PageVisitor.redirect + "&") == true)
      #expect(allowed.fields["cache-control"] == "no-store" && allowed.fields["referrer-policy"] == "no-referrer")
      #expect(PageVisitor.member("state", of: allowed) == "s t&ä")
      let code = try #require(PageVisitor.member("code", of: allowed))

      let tokens = try await visitor.exchange(code)
      #expect(tokens.status == 200)
      let document = try tokens.document
      let access = document["access_token"]?.string
      #expect(document["refresh_token"] != nil && document["id_token"] != nil)
      #expect(try await visitor.status(access) == 200)
      // What is asked twice was stolen: nobody has anything of it any more.
      let again = try await visitor.exchange(code)
      #expect(again.status == 400 && again.text.contains("invalid_grant"))
      #expect(try await visitor.status(access) == 401)
    }
  }

  @Test func aClientWithoutASecretProvesItselfByItsVerifier() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      // Programs take whatever port of loopback is free (RFC 8252, 7.3).
      let redirect = "http://127.0.0.1:50123/back"
      let code = try #require(try await visitor.code(.init(client: "app", redirect: redirect)))
      func exchange(_ verifier: String?) async throws -> RunningLocalAPI.Answer {
        try await visitor.exchange(code, client: "app", redirect: redirect, verifier: verifier, secret: nil)
      }
      for wrong in [nil, PageVisitor.challenge, String(repeating: "a", count: 43)] {
        #expect(try await exchange(wrong).status == 400)
      }
      let tokens = try await exchange(PageVisitor.verifier)
      #expect(tokens.status == 200, "a wrong verifier does not use a code up (reference 7.5)")
      #expect(try await visitor.status(try tokens.document["access_token"]?.string) == 200)

      // Without a challenge, or with one that anybody can read, it gets none.
      for wish in [
        PageVisitor.Wish(client: "app", redirect: redirect, challenge: nil, method: nil),
        PageVisitor.Wish(client: "app", redirect: redirect, challenge: PageVisitor.verifier, method: "plain"),
      ] {
        let refused = try await visitor.get(wish.target)
        #expect(PageVisitor.member("error", of: refused) == "invalid_request")
        #expect(PageVisitor.member("state", of: refused) == "s t&ä" && PageVisitor.member("code", of: refused) == nil)
      }
    }
  }

  @Test func aConsentIsRememberedForWhatWasAsked() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      let wish = PageVisitor.Wish()
      _ = try await visitor.signIn(wish.target)
      #expect(try await visitor.decide(wish.target, "allow").status == 303)
      #expect(try await visitor.get(wish.target).status == 200, "it was not to be remembered")
      #expect(try await visitor.decide(wish.target, "allow", remembering: true).status == 303)
      let known = try await visitor.get(wish.target)
      #expect(known.status == 302 && PageVisitor.member("code", of: known) != nil)
      let head = try await api.send("HEAD", wish.target, ["Cookie": visitor.cookie ?? ""])
      #expect(head.status == 200 && head.fields["location"] == nil, "looking at it gives no code")
      #expect(try await visitor.get(PageVisitor.Wish(scope: "read write").target).status == 200, "it asks for more")

      // Another browser has to sign in, and is sent on by that.
      let other = PageVisitor(api)
      #expect(try await other.get(wish.target).text.contains("Sign in"))
      #expect(try await other.signIn(wish.target).status == 303)
      #expect(try await other.get(wish.target).status == 302)
    }
  }

  @Test func aPersonMayDenyOrBeSomebodyElse() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      let target = PageVisitor.Wish().target
      _ = try await visitor.signIn(target)
      let denied = try await visitor.decide(target, "deny")
      #expect(denied.status == 303 && denied.fields["location"]?.hasPrefix(PageVisitor.redirect) == true)
      #expect(PageVisitor.member("error", of: denied) == "access_denied")
      #expect(PageVisitor.member("state", of: denied) == "s t&ä" && PageVisitor.member("code", of: denied) == nil)

      let cookie = visitor.cookie
      let left = try await visitor.post(target, PageVisitor.fields("leave", of: try await visitor.get(target)))
      #expect(left.status == 303 && left.fields["location"] == PageVisitor.again(target) && visitor.cookie != cookie)
      #expect(try await visitor.get(target).text.contains("Sign in"))
      #expect(try await api.send("GET", target, ["Cookie": cookie ?? ""]).text.contains("Sign in"))
    }
  }

  /// Whoever loses an account or its password is not signed in any more, on the page that is open either.
  @Test func aSessionEndsWithItsAccount() async throws {
    let made = try PageVisitor.mirror()
    try await RunningLocalAPI.serving(made) { api in
      let visitor = PageVisitor(api)
      let target = PageVisitor.Wish().target
      _ = try await visitor.signIn(target)
      let form = PageVisitor.fields("consent", of: try await visitor.get(target)) + [("answer", "allow")]
      #expect(try made.mirror.tokens.removeAccount("zoe"))
      let late = try await visitor.post(target, form)
      #expect(late.status == 200 && late.text.contains("Sign in") && late.fields["location"] == nil)
      #expect(try await visitor.signIn(target).status == 403)
    }
  }

  /// What an account may not have, no client gets of it.
  @Test func aClientGetsNoMoreThanTheAccountHas() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      let wish = PageVisitor.Wish(scope: "read openid")
      _ = try await visitor.signIn(wish.target, name: "ann")
      let refused = try await visitor.decide(wish.target, "allow")
      #expect(PageVisitor.member("error", of: refused) == "invalid_scope")
      #expect(PageVisitor.member("code", of: refused) == nil && PageVisitor.member("state", of: refused) == "s t&ä")
    }
  }

  @Test func nobodyIsSentToAnAddressThatIsNotTheClients() async throws {
    try await RunningLocalAPI.serving(PageVisitor.mirror()) { api in
      let visitor = PageVisitor(api)
      _ = try await visitor.signIn(PageVisitor.Wish().target)
      for wish in [
        PageVisitor.Wish(redirect: "https://evil.example/"), PageVisitor.Wish(redirect: PageVisitor.redirect + "/"),
        PageVisitor.Wish(redirect: "https://crm.example/back"), PageVisitor.Wish(redirect: "//crm.example/back"),
        PageVisitor.Wish(redirect: "javascript:alert(1)"), PageVisitor.Wish(client: "nobody"),
        PageVisitor.Wish(client: "app", redirect: "http://127.0.0.1.evil.example/back"),
        PageVisitor.Wish(client: "app", redirect: "http://127.0.0.1:1@evil.example/back"),
        PageVisitor.Wish(client: "app", redirect: "http://localhost/back"),
      ] {
        let answer = try await visitor.get(wish.target)
        #expect(answer.status == 401 && answer.fields["location"] == nil, "\(wish)")
        #expect(!answer.text.contains("evil.example") && !answer.text.contains("<form"), "\(wish)")
      }
      let program = try await api.send("GET", PageVisitor.Wish(redirect: "https://evil.example/").target)
      #expect(program.status == 401 && program.fields["content-type"] == "application/json")
      #expect(try program.document["error"] == "invalid_client", "as on the site (reference 7.5)")
      let twice = try await visitor.get(PageVisitor.Wish().target + "&redirect_uri=https%3A%2F%2Fevil.example%2F")
      #expect(twice.status >= 400 && twice.fields["location"]?.contains("evil") != true)
    }
  }
}
