import Testing

@testable import TokenIssuer

@Suite struct RedirectURITests {
  @Test(arguments: [
    "https://crm.example.org/back", "https://crm.example.org", "https://crm.example.org:8443/back?a=b",
    "http://127.0.0.1/back", "http://127.0.0.1:8080", "http://[::1]:99/x", "http://localhost:3000/back",
    "com.example.app:/back", "com.example.app://back",
  ])
  func registered(_ uri: String) { #expect(RedirectURI.fault(of: uri) == nil) }

  @Test(arguments: [
    "", "/back", "crm.example.org/back", "https:", "https://", "https:///back", "https://me@crm.example.org/",
    "https://crm.example.org/#x", "https://crm.example.org/a b", "https://crm.example.org/\r\nX: y",
    "https://crm.example.org/ü", "https://crm.example.org\\@evil.example", "http://crm.example.org/back",
    "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/", "http://127.0.0.1:80@evil.example/",
    "http://127.0.0.1:99999/", "http://localhost@evil.example/", "http://localhost.evil.example/",
    "javascript:alert(1)", "data:text/html,x", "urn:ietf:wg:oauth:2.0:oob", "myapp://back", "1a.b:/x",
    "https://crm.example.org/" + String(repeating: "a", count: 2048),
  ])
  func refused(_ uri: String) { #expect(RedirectURI.fault(of: uri) != nil) }

  private static let list = [
    "https://crm.example.org/back", "http://127.0.0.1/back", "http://[::1]:1/b?c=d", "https://crm.example.org/K",
  ]

  @Test(arguments: [
    ("https://crm.example.org/back", true), ("https://crm.example.org/back/", false),
    ("https://crm.example.org/back?x=y", false), ("https://CRM.example.org/back", false),
    ("https://crm.example.org:443/back", false), ("https://crm.example.org/../back", false),
    ("http://crm.example.org/back", false), ("https://crm.example.org.evil.example/back", false),
    ("http://127.0.0.1:51234/back", true), ("http://127.0.0.1/back", true), ("http://127.0.0.1:/back", false),
    ("http://127.0.0.1:51234/back/", false), ("http://127.0.0.1:51234/other", false),
    ("http://127.0.0.1:80@evil.example/back", false), ("http://127.0.0.1.evil.example/back", false),
    ("http://127.0.0.2/back", false), ("http://localhost/back", false), ("https://127.0.0.1/back", false),
    ("http://[::1]:5/b?c=d", true), ("http://[::1]/b?c=d", true), ("http://[::1]:5/b", false),
    // The Kelvin sign is K to Unicode, and not to anybody else.
    ("https://crm.example.org/K", true), ("https://crm.example.org/\u{212A}", false), ("", false),
  ])
  func comparedWhole(uri: String, isOne: Bool) { #expect(RedirectURI.matches(uri, Self.list) == isOne) }

  @Test func parametersComeLast() {
    let parameters = [("code", "a"), ("state", "x y&z=\r\n")]
    #expect(RedirectURI.appending(parameters, to: "https://h/b") == "https://h/b?code=a&state=x+y%26z%3D%0D%0A")
    #expect(RedirectURI.appending(parameters, to: "https://h/b?c=d") == "https://h/b?c=d&code=a&state=x+y%26z%3D%0D%0A")
  }
}
