import JSONAPI
import Testing

/// The addresses that sites write for files, and where they lead.
@Suite struct FileReferenceTests {
  @Test(
    arguments: [
      // By a path, a path without slash, absolute, without a scheme.
      ("/sites/a.png", "https://c.example/sites/a.png", "/sites/a.png"),
      ("sites/a.png", "https://c.example/sub/sites/a.png", "/sub/sites/a.png"),
      ("https://c.example/a.png", "https://c.example/a.png", "/a.png"),
      ("//c.example/a.png", "https://c.example/a.png", "/a.png"),
      ("https://C.example:443/a.png", "https://c.example/a.png", "/a.png"),
      // A proxy for TLS before a site that does not know: never asked in clear text.
      ("http://c.example/a.png", "https://c.example/a.png", "/a.png"),
      // Elsewhere.
      ("//cdn.example/a.png", "https://cdn.example/a.png", nil),
      ("http://c.example:8080/a.png", "http://c.example:8080/a.png", nil),
      ("https://c.example.evil.example/a.png", "https://c.example.evil.example/a.png", nil),
      ("https://cdn.example", "https://cdn.example/", nil),
      // What no URL may hold.
      ("/a b.png", "https://c.example/a%20b.png", "/a b.png"),
      ("/\u{E4}.png", "https://c.example/%C3%A4.png", "/\u{E4}.png"),
      ("/100%.png", "https://c.example/100%25.png", "/100%.png"),
      ("/100%2.png", "https://c.example/100%252.png", "/100%2.png"),
      ("/a%20b%c3%A4.png", "https://c.example/a%20b%c3%A4.png", "/a b\u{E4}.png"),
      ("/a\r\nHost: evil", "https://c.example/a%0D%0AHost:%20evil", "/a\r\nHost: evil"),
      ("/a[1]\\b|\"<>^`{}.png", "https://c.example/a%5B1%5D%5Cb%7C%22%3C%3E%5E%60%7B%7D.png", "/a[1]\\b|\"<>^`{}.png"),
      ("/a+b.png", "https://c.example/a+b.png", "/a+b.png"),
      // Query and fragment.
      ("/a.png?itok=x/y&z=1#page=2", "https://c.example/a.png?itok=x/y&z=1", "/a.png"),
      ("/a.png#x?y", "https://c.example/a.png", "/a.png"),
      (" \n/a.png\t", "https://c.example/a.png", "/a.png"),
      ("?a:b", "https://c.example/sub/?a:b", "/sub/"),
    ] as [(String, String, String?)])
  func everyFormIsRead(text: String, url: String, path: String?) {
    let reference = FileReference(text, base: "https://c.example/sub")
    #expect(reference?.url == url)
    #expect(reference?.path == path)
  }

  @Test(arguments: [
    "", "  ", "data:text/plain,x", "javascript:alert(1)", "public://a.png", "ftp://c.example/a", "file:///etc/passwd",
    "https://",
    "https:///a", "//", "https://user:pass@c.example/a", "https://user@evil.example/a", "https://c example/a",
    "http:/a",
    "/" + String(repeating: "a", count: 9_000),
  ]) func whatIsNoAddressIsNotRead(text: String) { #expect(FileReference(text, base: "https://c.example") == nil) }

  @Test func aSiteInClearTextIsNotTakenForItsSecureOne() {
    #expect(FileReference("https://c.example/a", base: "http://c.example")?.path == nil)
    #expect(FileReference("//[::1]:8080/a", base: "http://[::1]:8080")?.path == "/a")
  }
}
