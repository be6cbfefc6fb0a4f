import Coding
import Control
import Foundation
import HTTPTypes
import Store
import Support
import Testing
import TokenIssuer

@testable import Admin

/// The dashboard: who sees it, and which forms it takes.
@Suite struct DashboardTests {
  @Test func onTheMachineItselfNobodySignsIn() async throws {
    let bench = try DashboardBench()
    let browser = bench.browser(isLocal: true)
    let answer = await browser.get("/")
    #expect(answer.status == 200 && answer.contentType == "text/html; charset=utf-8")
    for part in ["<h1>Overview</h1>", "node--topic", "community.example.org", "id=\"charts\"", "Start a round"] {
      #expect(browser.page.contains(part), "\(part)")
    }
    #expect(!browser.page.contains("Sign out"))
    #expect(bench.log.lines.isEmpty)
  }

  /// Nothing within a page is run, and nothing of elsewhere is loaded.
  @Test func pagesAreClosed() async throws {
    let browser = try DashboardBench().browser(isLocal: true)
    let answer = await browser.get("/")
    let policy = answer.fields[.contentSecurityPolicy] ?? ""
    #expect(policy.hasPrefix("default-src 'none'; ") && policy.contains("script-src 'self'"))
    #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
    #expect(answer.fields[.cacheControl] == "no-store")
    for inline in ["<style", " style=", "javascript:", " onclick", "=\"http", "=\"//"] {
      #expect(!browser.page.contains(inline), "\(inline)")
    }
    #expect(browser.page.matches(of: /<script[^>]*>[^<]/).isEmpty)
    let outside = try DashboardBench().browser(isLocal: false)
    for (path, type) in [
      ("/dashboard.css", "text/css"), ("/dashboard.js", "text/javascript"), ("/dashboard.svg", "image/svg+xml"),
    ] {
      let file = await outside.get(path)
      #expect(file.status == 200 && file.contentType?.hasPrefix(type) == true && !file.body.isEmpty, "\(path)")
    }
  }

  @Test func fromElsewhereAnAdministratorSignsIn() async throws {
    let bench = try DashboardBench([try DashboardBench.account(1, "ann<")])
    let browser = bench.browser(isLocal: false)
    #expect(await browser.get("/queue").status == 403)
    #expect(browser.page.contains("action=\"/sign-in\"") && !browser.page.contains("<nav"))
    #expect(await browser.get("/status.json").status == 403)
    await browser.get("/queue")
    let visitor = browser.cookie
    let wrong = await browser.post("/sign-in", [("name", "ann<"), ("password", "wrong"), ("to", "/queue")])
    #expect(wrong.status == 403 && browser.page.contains("value=\"ann&lt;\""))
    let right = await browser.post("/sign-in", [("name", " ann< "), ("password", "right"), ("to", "/queue")])
    #expect(right.status == 303 && right.fields[.location] == "/queue")
    #expect(browser.cookie != visitor, "whoever planted the first cookie knows nothing of this one")
    #expect(browser.cookie?.hasPrefix("social-mirror-admin-8481=") == true)
    #expect(await browser.get("/").status == 200)
    #expect(browser.page.contains("<bdi>ann&lt;</bdi>"))
    #expect(await browser.get("/status.json").status == 200)
    await browser.get("/")
    #expect(await browser.post("/sign-out").status == 303)
    #expect(await browser.get("/").status == 403)
  }

  /// What members of the site have is no key to its mirror.
  @Test func othersDoNotGetIn() async throws {
    let bench = try DashboardBench([
      try DashboardBench.account(1, "bounded", scopes: ["read", "write"]),
      try DashboardBench.account(2, "unbounded", scopes: []), try DashboardBench.account(3, "sighted", sight: "public"),
      try DashboardBench.account(4, "member", isFromSite: true),
    ])
    let browser = bench.browser(isLocal: false)
    await browser.get("/")
    for name in ["bounded", "unbounded", "sighted", "member", "nobody"] {
      let answer = await browser.post("/sign-in", [("name", name), ("password", "right")])
      #expect(answer.status == 403, "\(name)")
      #expect(await browser.get("/").status == 403, "\(name)")
    }
  }

  @Test func guessesAreBounded() async throws {
    let bench = try DashboardBench([try DashboardBench.account(1, "ann")])
    let browser = bench.browser(isLocal: false)
    await browser.get("/")
    var answers: [AdminAnswer] = []
    for _ in 0..<12 { answers.append(await browser.post("/sign-in", [("name", "ann"), ("password", "wrong")])) }
    #expect(answers[0].status == 403)
    let last = try #require(answers.last)
    #expect(last.status == 429 && last.fields[.retryAfter] != nil)
    #expect(await browser.post("/sign-in", [("name", "ann"), ("password", "right")]).status == 429)
  }

  @Test(
    arguments: [
      (nil, "/"), ("", "/"), ("/queue", "/queue"), ("/conflicts/3", "/conflicts/3"), ("//evil.example", "/"),
      ("https://evil.example", "/"), ("/\\evil.example", "/"), ("/a\r\nSet-Cookie: x", "/"), ("/ö", "/"),
      ("/sign-in", "/"), ("/" + String(repeating: "a", count: 2_000), "/"),
    ] as [(String?, String)])
  func whoSignsInStaysOnThisServer(sent: String?, target: String) {
    #expect(DashboardSignIn.target(sent) == target)
  }

  @Test func aFormOfAnotherSiteDoesNothing() async throws {
    let bench = try DashboardBench()
    let browser = bench.browser(isLocal: true)
    await browser.get("/")
    let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
    let foreign: [HTTPFields] = [
      [site: "cross-site"], [site: "same-site"], [.origin: "http://evil.example"], [.origin: "null"],
      [.origin: "http://mirror.example:8480"], [site: "cross-site", .origin: "http://mirror.example:8481"],
    ]
    for fields in foreign {
      let seal = browser.seal(for: "/rounds/begin")
      let answer = await browser.post("/rounds/begin", seal: seal, fields: fields)
      #expect(answer.status == 403, "\(fields)")
      await browser.get("/")
    }
    #expect(bench.daemon.wishes.isEmpty)
  }

  @Test func aFormIsGoodForOneBrowserAndOnePath() async throws {
    let bench = try DashboardBench()
    let (browser, other) = (bench.browser(isLocal: true), bench.browser(isLocal: true))
    await browser.get("/")
    await other.get("/")
    let own = try #require(browser.seal(for: "/rounds/begin"))
    let others = try #require(other.seal(for: "/rounds/begin"))
    let ofAnotherPath = try #require(browser.seal(for: "/rounds/full"))
    for seal in ["", "AAAA", others, ofAnotherPath] {
      let answer = await browser.post("/rounds/begin", seal: seal)
      #expect(answer.status == 403 && browser.page.contains("no longer good"), "\(seal)")
    }
    #expect(await browser.post("/rounds/begin", [("seal", own)], seal: own).status == 403, "two seals")
    #expect(bench.daemon.wishes.isEmpty)
    let answer = await browser.post("/rounds/begin", seal: own)
    #expect(answer.status == 303 && answer.fields[.location] == "/")
    #expect(bench.daemon.wishes == [.round])
    // Old browsers do not tell where a form comes from: the seal alone counts.
    #expect(await browser.post("/rounds/begin", seal: own, fields: [:]).status == 303)
  }

  @Test func whoIsNotSignedInDoesNothing() async throws {
    let bench = try DashboardBench([try DashboardBench.account(1, "ann")])
    let (local, outside) = (bench.browser(isLocal: true), bench.browser(isLocal: false))
    await local.get("/")
    outside.take(cookieOf: local)
    let answer = await outside.post("/rounds/begin", seal: local.seal(for: "/rounds/begin"))
    #expect(answer.status == 403 && outside.page.contains("You are not signed in. Nothing was done."))
    #expect(bench.daemon.wishes.isEmpty)
  }

  /// What came of a form is shown once, and not to the script.
  @Test func buttonsAskTheDaemon() async throws {
    let bench = try DashboardBench()
    let browser = bench.browser(isLocal: true)
    await browser.get("/")
    for path in ["/rounds/full", "/rounds/sweep"] { #expect(await browser.post(path).status == 303, "\(path)") }
    #expect(bench.daemon.wishes == [.full, .sweep])
    let refresh = try #require(HTTPField.Name("Dashboard-Refresh"))
    await browser.get("/", [refresh: "1"])
    #expect(!browser.page.contains("Begun:"))
    await browser.get("/")
    #expect(
      browser.page.contains("<p class=\"notice done\" role=\"status\">Begun: a round with a sweep of everything.</p>"))
    await browser.get("/")
    #expect(!browser.page.contains("Begun:"))
    bench.daemon.reply(.refused(reason: "the daemon stops"))
    await browser.post("/rounds/begin")
    await browser.get("/")
    #expect(browser.page.contains("role=\"alert\">Not done, a round: the daemon stops.</p>"))
    #expect(await browser.get("/rounds/begin").status == 303)
    #expect(bench.daemon.wishes.count == 3, "reading does nothing")
  }

  @Test func pathsAndMethods() async throws {
    let bench = try DashboardBench()
    let browser = bench.browser(isLocal: true)
    #expect(await browser.get("/nowhere").status == 404)
    #expect(browser.page.contains("<nav"))
    #expect(await bench.server.answer(AdminRequest(method: .put, path: "/")).status == 405)
    #expect(await bench.server.answer(AdminRequest(method: .post, path: "/dashboard.css")).status == 405)
    #expect(await bench.server.answer(AdminRequest(method: .head, path: "/")).status == 200)
  }

  /// One part that fails costs its page and its section, and nothing else.
  @Test func aPartThatFailsCostsItself() async throws {
    struct Broken: Error, CustomStringConvertible { let description = "<broken>" }
    struct Part: DashboardPart {
      var links: [DashboardLink] { [DashboardLink("/part", "Part")] }
      func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
        guard request.path == "/part" else { return nil }
        throw Broken()
      }
      func overview(_ request: DashboardRequest) async throws -> HTML? { throw Broken() }
    }
    let bench = try DashboardBench([try DashboardBench.account(1, "ann")], parts: [Part()])
    let browser = bench.browser(isLocal: true)
    #expect(await browser.get("/").status == 200)
    #expect(browser.page.contains("cannot be shown: <bdi>&lt;broken&gt;</bdi>"))
    #expect(browser.page.contains("<a href=\"/part\">Part</a>") && browser.page.contains("node--topic"))
    #expect(await browser.get("/part").status == 503)
    #expect(browser.page.contains("&lt;broken&gt;") && browser.page.contains("aria-current=\"page\">Part</a>"))
    #expect(bench.log.lines.count == 2)
  }
}
