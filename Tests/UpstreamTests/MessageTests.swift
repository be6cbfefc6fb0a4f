import Testing

@testable import Upstream

@Suite struct MessageTests {
  @Test(
    arguments: [
      ("7", 7), ("0", 0), ("Mon, 23 Nov 2026 00:01:00 GMT", 60), ("Sun, 22 Nov 2026 00:00:00 GMT", 0), ("-1", nil),
      ("soon", nil), ("", nil), ("1.5", nil),
    ] as [(String, Int?)])
  func retryAfter(value: String, seconds: Int?) {
    let date = HTTPField("date", "Mon, 23 Nov 2026 00:00:00 GMT")
    let response = InboundResponse(status: 503, fields: [date, HTTPField("Retry-After", value)])
    #expect(response.retryAfter == seconds)
    #expect(response.date == 1_795_392_000)
  }

  @Test(
    arguments: [
      ("application/vnd.api+json", "application/vnd.api+json"), ("Text/HTML; charset=UTF-8", "text/html"),
      (" application/json ;a", "application/json"), ("", nil),
    ] as [(String, String?)])
  func mediaTypes(value: String, type: String?) {
    #expect(InboundResponse(status: 200, fields: [HTTPField("Content-TYPE", value)]).mediaType == type)
    #expect(InboundResponse(status: 200).mediaType == nil)
  }

  @Test func secretsAreNotPrinted() {
    let request = OutboundRequest(
      method: "POST", url: "https://user:geheim@h.example/p?sig=geheim#geheim",
      fields: [HTTPField("Authorization", "Bearer geheim")], body: Array("client_secret=geheim".utf8))
    let response = InboundResponse(
      status: 200, fields: [HTTPField("Set-Cookie", "geheim")], body: Array("geheim".utf8))
    var settings = TransportSettings(origin: WebOrigin(scheme: "https", host: "h", port: 443))
    settings.proxy = "http://user:geheim@proxy"
    let credentials = Credentials(
      grant: .password(username: "u", password: "geheim"), clientID: "c", clientSecret: "geheim")
    let token = StoredToken(accessToken: "geheim", refreshToken: "geheim", expiresAt: 1, renewAt: 1, issuedFor: "x")
    let values: [Any] = [
      request, response, settings, credentials, credentials.grant, Credentials.Grant.refreshToken("geheim"), token,
      TokenAnswer(accessToken: "geheim", refreshToken: "geheim", expiresIn: 3),
      TokenRequest(url: "u", credentials: credentials), request.fields[0], response.fields, [token],
      Optional(token) as Any,
    ]
    for value in values {
      var dumped = ""
      dump(value, to: &dumped)
      for text in ["\(value)", String(reflecting: value), dumped] {
        #expect(!text.contains("geheim"), "\(type(of: value))")
      }
    }
    #expect("\(request)" == "POST https://h.example/p")
  }
}

@Suite struct AddressTests {
  @Test(arguments: [
    ("https://Community.Example.org", "https://community.example.org", ""),
    ("https://h.example:443/", "https://h.example", ""), ("http://h.example:80/a/b//", "http://h.example", "/a/b"),
    ("http://127.0.0.1:8080/x/../y", "http://127.0.0.1:8080", "/y"),
    ("https://[::1]:8443/s", "https://[::1]:8443", "/s"),
  ])
  func baseURLs(text: String, origin: String, path: String) throws {
    let base = try BaseURL(text)
    #expect(base.origin.description == origin)
    #expect(base.path == path)
    #expect(base.url(path: "/jsonapi", query: "a=b") == origin + path + "/jsonapi?a=b")
    #expect(base.url(path: "/jsonapi", query: "") == origin + path + "/jsonapi")
  }

  @Test(arguments: [
    "", "community.example.org", "ftp://h.example", "https://", "https://u:p@h.example", "https://h.example?x",
    "https://h.example#x", "https://h example", "file:///etc/passwd", "https://h.example:99999",
  ])
  func noBaseURLs(text: String) {
    #expect {
      try BaseURL(text)
    } throws: {
      ($0 as? TransportError)?.kind == .invalidRequest
    }
  }

  @Test(arguments: [
    ("http://localhost", true), ("http://a.localhost:1", true), ("http://127.8.0.1", true), ("http://[::1]", true),
    ("http://127.0.0.1.example.org", false), ("http://10.0.0.1", false), ("http://localhost.example.org", false),
  ])
  func loopback(url: String, isLoopback: Bool) throws { #expect(try WebOrigin(of: url).isLoopback == isLoopback) }

  @Test func localLinks() throws {
    let base = try BaseURL("https://h.example/community")
    #expect(
      base.local("https://h.example/community/jsonapi/node/topic?page%5Boffset%5D=50")?.path == "/jsonapi/node/topic")
    #expect(base.local("http://inner/community/jsonapi?a=1")?.query == "a=1")
    #expect(base.local("https://h.example/community")?.path == "/")
    #expect(base.local("https://h.example/communities/x") == nil)
    #expect(base.local("https://h.example/community/../x") == nil)
    #expect(base.local("javascript:alert(1)") == nil)
  }

  @Test func nextLinksBecomeRequests() throws {
    let base = try BaseURL("https://h.example/c")
    let href = "https://h.example/c/jsonapi/node/topic?page%5Boffset%5D=50"
    let request = try #require(SiteRequest(following: href, of: base)).prepare(base: base)
    #expect(request.url == href)
    #expect(
      request.fields == [HTTPField("Accept", "application/vnd.api+json"), HTTPField("Cache-Control", "no-cache")])
    #expect(SiteRequest(following: "https://h.example/elsewhere", of: base) == nil)
    let patch = SiteRequest("PATCH", path: "/jsonapi/node/topic/1", body: [1]).prepare(base: base)
    #expect(patch["content-type"] == "application/vnd.api+json")
  }
}
