import Coding
import HTTPTypes
import Store
import Testing
import TokenIssuer

@testable import Admin

/// Consumers and accounts on the dashboard.
@Suite struct ClientPagesTests {
  private static let fields = ["label": "Shop <b>", "id": "shop", "scopes": "read, write:node", "sight": "shop"]

  private func shownSecret(in page: String) -> String? {
    page.firstMatch(of: /<code id="secret">([^<]*)<\/code>/).map { String($0.1) }
  }

  private func isGood(_ secret: String, _ hash: String?) -> Bool {
    hash.flatMap { SecretHash(encoded: $0) }?.verify(secret) == true
  }

  @Test func aConsumersSecretIsShownOnce() async throws {
    let bench = try PagesBench()
    let form = try bench.form("/consumers/add", in: await bench.get("/consumers").text).merging(Self.fields) { $1 }
    let added = await bench.post("/consumers/add", form)
    let secret = try #require(shownSecret(in: added.text))
    #expect(added.status == 200 && added.location == nil && secret.utf8.count == 43)
    let row = try #require(try bench.mirror.tokens.consumer("shop"))
    #expect(isGood(secret, row.secretHash) && row.scopes == ["read", "write:node"] && row.sight == "shop")
    #expect(row.label == "Shop <b>" && row.grants == ["password", "client_credentials", "refresh_token"])
    #expect(row.created == PagesBench.now)
    let list = await bench.get("/consumers").text
    #expect(!list.contains(secret) && list.contains("Shop &lt;b&gt;") && !list.contains("Shop <b>"))
    #expect(!bench.log.text.contains(secret) && bench.log.text.contains("/consumers/add"))
    // The page is loaded anew: the same form comes once more.
    let again = await bench.post("/consumers/add", form)
    #expect(again.status == 409 && shownSecret(in: again.text) == nil)
    #expect(try bench.mirror.tokens.consumer("shop") == row)
  }

  @Test func aNewSecretTakesThePlaceOfTheOldOne() async throws {
    let bench = try PagesBench()
    let first = try await bench.send("/consumers/add", from: "/consumers", Self.fields)
    let path = "/consumers/id-shop/rotate"
    let form = try bench.form(path, in: await bench.get("/consumers").text)
    let rotated = await bench.post(path, form)
    let (old, new) = (try #require(shownSecret(in: first.text)), try #require(shownSecret(in: rotated.text)))
    let row = try bench.mirror.tokens.consumer("shop")
    #expect(old != new && isGood(new, row?.secretHash) && !isGood(old, row?.secretHash))
    #expect(await bench.post(path, form).status == 409)
    #expect(try bench.mirror.tokens.consumer("shop") == row)
    #expect(!bench.log.text.contains(new))
  }

  @Test func aConsumerIsChangedAndRemoved() async throws {
    let bench = try PagesBench()
    _ = try await bench.send("/consumers/add", from: "/consumers", Self.fields)
    let before = try #require(try bench.mirror.tokens.consumer("shop"))
    let changed = try await bench.send(
      "/consumers/id-shop/change", from: "/consumers", ["scopes": "read:node--topic", "sight": ""])
    #expect(changed.status == 303 && changed.location == "/consumers")
    var expected = before
    (expected.scopes, expected.sight) = (["read:node--topic"], nil)
    #expect(try bench.mirror.tokens.consumer("shop") == expected)
    for fields in [
      ["scopes": "reed", "sight": ""], ["scopes": "", "sight": ""], ["scopes": "read", "sight": "none"],
    ] {
      _ = try await bench.send("/consumers/id-shop/change", from: "/consumers", fields)
      #expect(await bench.get("/consumers").text.contains("class=\"notice failed\""))
    }
    #expect(try bench.mirror.tokens.consumer("shop") == expected)
    #expect(try await bench.send("/consumers/id-shop/remove", from: "/consumers").status == 303)
    #expect(try bench.mirror.tokens.consumers().isEmpty)
  }

  @Test func aPublicClientHasNoSecret() async throws {
    let bench = try PagesBench()
    let added = try await bench.send(
      "/consumers/add", from: "/consumers",
      ["label": "App", "id": "..", "scopes": "read", "public": "1", "redirect-uris": "com.example.app:/back"])
    #expect(added.status == 303 && added.location == "/consumers")
    let row = try #require(try bench.mirror.tokens.consumer(".."))
    #expect(row.secretHash == nil && row.redirectURIs == ["com.example.app:/back"])
    let list = await bench.get("/consumers").text
    #expect(!bench.offers("/consumers/id-../rotate", in: list))
    #expect(try await bench.send("/consumers/id-../remove", from: "/consumers").status == 303)
    #expect(try bench.mirror.tokens.consumers().isEmpty)
  }

  @Test(
    arguments: [
      (["id": "a b"], "Client id"), (["id": "shop"], "already"), (["label": ""], "label"),
      (["label": "a\u{0}b"], "control characters"),
      (["scopes": "reed"], "Scopes"),
      (["sight": "none"], "localAPI.sights"), (["redirect-uris": "javascript:alert(1)"], "Redirect URIs"),
      (["public": "1"], "authorization_code"), (["access-token-seconds": "9999999999999999999999"], "1 to 86400"),
      (["grant": "implicit"], "Grants"),
    ] as [([String: String], String)])
  func whatWouldDoNothingIsRefused(_ typed: [String: String], _ word: String) async throws {
    let bench = try PagesBench()
    _ = try await bench.send("/consumers/add", from: "/consumers", Self.fields)
    let fields = Self.fields.merging(["id": "other"]) { $1 }.merging(typed) { $1 }
    let sent = try await bench.send("/consumers/add", from: "/consumers", fields)
    #expect(sent.status == 422 && sent.text.contains(word), "\(typed)")
    #expect(try bench.mirror.tokens.consumers().map(\.id) == ["shop"])
    // What was typed is there still.
    #expect(sent.text.contains("value=\"\(HTMLText.escaped(fields["scopes"] ?? ""))\""))
  }

  /// What the mirror could not take was not done, and no secret was shown.
  @Test func aFormOfWhichNothingCameMayBeSentAgain() {
    let once = ShownOnce()
    let request = DashboardRequest(
      AdminRequest(
        method: .post, path: "/consumers/add", fields: [.contentType: AdminRequest.formType],
        body: FormCoding.bytes([("seal", "one")])), by: .local, at: PagesBench.now, seal: { _ in "seal" })
    #expect([once.isFirst(request), once.isFirst(request)] == [true, false])
    once.forget(request)
    #expect([once.isFirst(request), once.isFirst(request)] == [true, false])
  }

  @Test func anAccountComesAndGoes() async throws {
    let bench = try PagesBench()
    let user = "A0000000-0000-4000-8000-000000000001"
    let made = try await bench.send(
      "/accounts/add", from: "/accounts", ["name": "ana <i>", "scopes": "read", "user": user, "sight": "press"])
    let password = try #require(shownSecret(in: made.text))
    let row = try #require(try bench.mirror.tokens.account(named: "ana <i>"))
    #expect(isGood(password, row.passwordHash) && row.scopes == ["read"] && row.sight == "press")
    #expect(row.userUUID == user.lowercased())
    #expect(await !bench.get("/accounts").text.contains("ana <i>"))
    // One of that name is not given another password by being added.
    let again = try await bench.send("/accounts/add", from: "/accounts", ["name": "ana <i>", "password": "other"])
    #expect(again.status == 422 && again.text.contains("already"))
    #expect(try bench.mirror.tokens.account(named: "ana <i>") == row)
    let path = "/accounts/id-ana%20%3Ci%3E"
    let typed = try await bench.send("\(path)/password", from: "/accounts", ["password": "of her own"])
    #expect(typed.status == 303)
    let after = try #require(try bench.mirror.tokens.account(named: "ana <i>"))
    #expect(isGood("of her own", after.passwordHash) && after.scopes == ["read"] && after.sight == "press")
    for words in [password, "of her own"] { #expect(!bench.log.text.contains(words)) }
    #expect(await !bench.get("/accounts").text.contains("of her own"))
    let blank = try await bench.send("\(path)/password", from: "/accounts", ["password": "  "])
    #expect(
      try blank.status == 303 && isGood("of her own", bench.mirror.tokens.account(named: "ana <i>")?.passwordHash))
    #expect(try await bench.send("\(path)/remove", from: "/accounts").status == 303)
    #expect(try bench.mirror.tokens.accounts().isEmpty)
  }

  /// Every member of the site may have an account here, by the site's word.
  @Test func manyAccountsAreShownInPages() async throws {
    let bench = try PagesBench()
    let hash = try SecretHash.make("secret").encoded
    for number in 1_000..<1_101 {
      _ = try bench.mirror.tokens.saveAccount(
        name: "member\(number)", passwordHash: hash, userUUID: nil, scopes: nil, where: false, at: PagesBench.now)
    }
    let first = await bench.get("/accounts").text
    #expect(first.contains("member1000") && first.contains("member1099") && !first.contains("member1100"))
    #expect(first.contains("Page 1 of 2"))
    let last = await bench.get("/accounts", query: [.init(name: "page", value: "99")]).text
    #expect(last.contains("member1100") && !last.contains("member1099") && last.contains("Page 2 of 2"))
    #expect(try await bench.send("/accounts/id-member1000/remove", from: "/accounts").status == 303)
  }

  @Test func whoIsNoUserOfTheMirrorIsNoAccounts() async throws {
    let bench = try PagesBench()
    for fields in [["name": "ana", "user": "17"], ["name": " ana"], ["name": ""], ["name": "ana", "scopes": "all"]] {
      #expect(try await bench.send("/accounts/add", from: "/accounts", fields).status == 422, "\(fields)")
    }
    #expect(try bench.mirror.tokens.accounts().isEmpty)
  }
}
