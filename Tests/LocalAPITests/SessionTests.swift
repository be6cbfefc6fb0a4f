import HTTPTypes
import JSONAPI
import Synchronization
import Testing
import TokenIssuer

@testable import LocalAPI

/// Sessions of browsers: bounded in number and time, and what binds a form to one.
@Suite struct SessionTests {
  private static let base = DocumentBase("https://mirror.example")

  private static func account(_ id: Int64, password: String = "p") throws -> Account {
    Account(id: id, name: "n\(id)", passwordHash: try SecretHash.make(password, cost: .init(logarithm: 1)))
  }

  @Test func aSessionEndsByIdlenessAndByAge() throws {
    var table = SessionTable(limits: .init(idleSeconds: 10, lifeSeconds: 25))
    table.begin(BrowserSession(of: try Self.account(1), at: 0), as: "a")
    #expect(table.find("a", at: 9) != nil)
    #expect(table.find("a", at: 18) != nil, "it was used")
    #expect(table.find("a", at: 24.9) != nil)
    #expect(table.find("a", at: 25) == nil, "whoever uses it")
    #expect(table.count == 0)
    table.begin(BrowserSession(of: try Self.account(1), at: 100), as: "b")
    #expect(table.find("b", at: 110) == nil)
    table.begin(BrowserSession(of: try Self.account(1), at: 200), as: "c")
    #expect(table.find("c", at: 150) == nil, "the clock was set back")
  }

  @Test func nobodyPushesOutTheSessionsOfOthers() throws {
    var table = SessionTable(limits: .init(sessions: 5, ofOneAccount: 3))
    let (ann, bob) = (try Self.account(1), try Self.account(2))
    table.begin(BrowserSession(of: ann, at: 0), as: "ann")
    for number in 0..<50 { table.begin(BrowserSession(of: bob, at: Double(number) + 1), as: "bob \(number)") }
    #expect(table.count == 4)
    #expect(table.find("ann", at: 60) != nil)
    #expect(table.find("bob 46", at: 60) == nil && table.find("bob 49", at: 60) != nil)
  }

  @Test func thereAreNeverMoreThanTheLimit() throws {
    var table = SessionTable(limits: .init(sessions: 5, ofOneAccount: 3))
    for number in 0..<50 {
      table.begin(BrowserSession(of: try Self.account(Int64(number)), at: Double(number)), as: "\(number)")
      #expect(table.count <= 5)
    }
    #expect(table.find("49", at: 50) != nil && table.find("44", at: 50) == nil)
  }

  @Test func aCookieIsReadFromWhatBrowsersSend() {
    let cookie = SessionCookie(Self.base)
    let value = SessionCookie.value()
    #expect(cookie.name == "__Host-social-mirror")
    #expect(cookie.setting(value) == "__Host-social-mirror=\(value); Path=/; HttpOnly; SameSite=Lax; Secure")
    #expect(cookie.value(in: "a=b; __Host-social-mirror=\(value);c=d") == value)
    #expect(cookie.value(in: "__Host-social-mirror=\(value)") == value)
    for none in [
      "", ";", "=", "social-mirror=\(value)", "__Host-social-mirror", "__Host-social-mirror=",
      "x__Host-social-mirror=\(value)",
      "__Host-social-mirror=\(value)A", "__Host-social-mirror=\(value.dropLast())",
      "__Host-social-mirror=\(value); __Host-social-mirror=\(value)",
      "__Host-social-mirror=" + String(repeating: "*", count: 43),
    ] { #expect(cookie.value(in: none) == nil, "\(none)") }
    #expect(cookie.value(in: nil) == nil)
  }

  /// Browsers send a host's cookies to each of its ports.
  @Test(
    arguments: [
      ("http://127.0.0.1:8080", "social-mirror-8080"), ("http://[::1]:81/community", "social-mirror-81"),
      ("http://[::1]", "social-mirror"), ("http://mirror.example/community", "social-mirror"),
      ("https://mirror.example:8443", "__Host-social-mirror-8443"),
    ]) func everyPortHasACookieOfItsOwn(base: String, name: String)
  {
    #expect(SessionCookie(DocumentBase(base)).name == name)
    #expect(SessionCookie(DocumentBase(base)).setting("x").hasSuffix("; Secure") == base.hasPrefix("https:"))
  }

  @Test func aFormIsGoodForOneBrowserAndOnePurposeAndAnHour() {
    let seal = FormSeal()
    let made = seal.seal("consent /a", for: "browser", at: 1_000.5)
    #expect(seal.isGood(made, "consent /a", for: "browser", at: 1_000.6))
    #expect(seal.isGood(made, "consent /a", for: "browser", at: 4_600))
    #expect(!seal.isGood(made, "consent /a", for: "browser", at: 4_601))
    #expect(!seal.isGood(made, "consent /a", for: "browser", at: 900), "it comes from the future")
    #expect(!seal.isGood(made, "consent /b", for: "browser", at: 1_001))
    #expect(!seal.isGood(made, "consent /a", for: "another", at: 1_001))
    #expect(!FormSeal().isGood(made, "consent /a", for: "browser", at: 1_001), "another process")
    #expect(seal.seal("consent /a", for: "browser", at: 1_000.5) != made, "its length and bytes tell nothing")
    for bad in ["", "AAAA", String(made.dropLast()), made + "A", String(repeating: "A", count: 75), "é"] {
      #expect(!seal.isGood(bad, "consent /a", for: "browser", at: 1_001), "\(bad)")
    }
  }

  @Test(
    arguments: [
      ("https://mirror.example", nil, true), ("https://MIRROR.example", "same-origin", true),
      ("http://localhost:8080", nil, true), (nil, nil, true), (nil, "none", true),
      (nil, "cross-site", false), (nil, "same-site", false), ("https://mirror.example", "cross-site", false),
      ("null", nil, false), ("https://evil.example", nil, false), ("https://mirror.example.evil", nil, false),
      ("https://mirror.exampl", nil, false), ("https://", nil, false), ("", nil, false),
      ("http://localhost:81", nil, false),
    ] as [(String?, String?, Bool)])
  func formsOfOtherOriginsAreToldApart(origin: String?, site: String?, isOwn: Bool) {
    var fields = HTTPFields()
    fields[.origin] = origin
    fields[.fetchSite] = site
    #expect(FormOrigin.isOwn(fields, authority: "localhost:8080", Self.base) == isOwn)
  }

  /// What somebody has to do with an account ends with it, and with its password.
  @Test func aSessionIsAsGoodAsItsAccount() throws {
    let first = try Self.account(1)
    let known = Mutex<Account?>(first)
    let sessions = BrowserSessions(account: { id in known.withLock { $0?.id == id ? $0 : nil } })
    func head(_ browser: String) -> RequestHead {
      RequestHead(
        HTTPRequest(
          method: .get, scheme: "https", authority: "mirror.example", path: "/",
          headerFields: [.cookie: "__Host-social-mirror=\(browser)"]))
    }
    let visitor = SessionCookie.value()
    #expect(try sessions.person(head(visitor), Self.base) == nil)
    let browser = sessions.begin(first, head(visitor), Self.base)
    #expect(browser != visitor, "whoever planted the first cookie knows nothing of this one")
    #expect(try sessions.person(head(visitor), Self.base) == nil)
    #expect(try sessions.person(head(browser), Self.base)?.account.name == "n1")
    let next = sessions.begin(first, head(browser), Self.base)
    #expect(try sessions.person(head(browser), Self.base) == nil, "one session for one browser")
    known.withLock { $0 = nil }
    #expect(try sessions.person(head(next), Self.base) == nil, "the account is removed")
    known.withLock { $0 = first }
    #expect(try sessions.person(head(next), Self.base) == nil, "the session does not come back with it")
    let third = sessions.begin(first, head(next), Self.base)
    #expect(try sessions.person(head(third), Self.base) != nil)
    let other = try Self.account(1, password: "q")
    known.withLock { $0 = other }
    #expect(try sessions.person(head(third), Self.base) == nil, "the password is another")
    let fourth = sessions.begin(other, head(third), Self.base)
    #expect(try sessions.person(head(fourth), Self.base) != nil)
    #expect(sessions.end(head(fourth), Self.base) != fourth)
    #expect(try sessions.person(head(fourth), Self.base) == nil)
  }
}
