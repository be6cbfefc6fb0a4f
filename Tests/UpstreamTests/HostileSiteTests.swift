import JSONAPI
import Support
import Testing

@testable import Upstream

/// What a site may send that wants to do harm, or has gone mad: each has its bound, and says so.
@Suite struct HostileSiteTests {
  private static let url = "https://h.example/oauth/token"
  private static let credentials = Credentials(
    grant: .password(username: "u", password: "p"), clientID: "c", clientSecret: "s")

  // MARK: Sizes

  /// Eight megabytes of spaces in 8,176 bytes of gzip.
  static let bomb: [UInt8] = {
    var bytes: [UInt8] = [
      31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 236, 193, 129, 0, 0, 0, 0, 128, 32, 149, 253, 41, 23, 169, 10,
    ]
    let middle: [UInt8] = [128, 219, 131, 3, 2, 0, 0, 0, 0, 33, 255, 95, 55, 36]
    let end: [UInt8] = [156, 5, 136, 24, 58, 105, 0, 0, 128, 0]
    bytes += [UInt8](repeating: 0, count: 4094)
    bytes += middle
    bytes += [UInt8](repeating: 0, count: 4033)
    bytes += end
    return bytes
  }()

  /// It counts what comes out of the packing, and ends when that is too much: it is never all in memory.
  @Test func aDecompressionBombEndsAtTheBound() async throws {
    let script: ScriptedServer.Script = { _ in
      [.answer(200, ["Content-Type: application/vnd.api+json", "Content-Encoding: gzip"], bytes: Self.bomb)]
    }
    try await withServer(script, settings: { $0.maximumBodyBytes = 1 << 20 }) { server, transport async throws in
      let error = await failure { try await transport.send(OutboundRequest(url: server.origin + "/")) }
      #expect(error?.kind == .tooLarge)
      #expect(error?.message.hasSuffix("is larger than 1048576 bytes") == true, "\(error?.message ?? "")")
      let whole = OutboundRequest(url: server.origin + "/", maximumBodyBytes: 8 << 20)
      #expect(try await transport.send(whole).body.count == 8 << 20)
    }
  }

  @Test(arguments: [1, 40]) func aHeadWithoutEndEndsAtTheBound(interim: Int) async throws {
    let field = "X-Filler: " + String(repeating: "x", count: 1_000) + "\r\n"
    let early = "HTTP/1.1 103 Early Hints\r\n" + String(repeating: field, count: 400 / interim) + "\r\n"
    let text =
      String(repeating: early, count: interim - 1) + "HTTP/1.1 200 OK\r\n"
      + String(repeating: field, count: 400 / interim) + "Content-Length: 0\r\n\r\n"
    try await withServer({ _ in [.text(text)] }) { server, transport async throws in
      let error = await failure { try await transport.send(OutboundRequest(url: server.origin + "/")) }
      // Newer versions of libcurl have a bound of their own for one head.
      #expect(
        [.tooLarge, .protocolFailure, .truncated].contains(error?.kind ?? .closed), "\(error?.message ?? "")")
    }
  }

  @Test func headsAreBounded() {
    var head = ResponseHead()
    let line = Array(("X-Filler: " + String(repeating: "x", count: 990)).utf8)
    for _ in 0..<1_000 { line.withUnsafeBytes { head.take($0) } }
    #expect(head.isTooLarge && head.fields.count <= ResponseHead.largest / 1_000)
  }

  @Test(arguments: [511, 513, 100_000]) func depthIsBounded(depth: Int) throws {
    let nested = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
    let body = #"{"links":{"self":{"href":"/jsonapi"},"node--page":{"href":"/jsonapi/node/page"}},"x":\#(nested)}"#
    let answer = Self.answer(body)
    let base = try BaseURL("https://h.example")
    if depth < 512 {
      #expect(try EntryPoint.parse(answer, base: base).resourceTypes.count == 1)
    } else {
      #expect { try EntryPoint.parse(answer, base: base) } throws: { "\($0)".contains("nested deeper than 512") }
    }
  }

  // MARK: The entry point

  private static func answer(_ body: String) -> InboundResponse {
    InboundResponse(
      status: 200, fields: [HTTPField("Content-Type", SiteAnswer.mediaType)], body: Array(body.utf8))
  }

  private func entry(_ links: [String], more: String = "") throws -> EntryPoint {
    let members = links.map { name in
      let key = JSON.string(name).text()
      return "\(key):{\"href\":\"/jsonapi/node/x\"}"
    }
    return try EntryPoint.parse(
      Self.answer("{\(more)\"links\":{\(members.joined(separator: ","))}}"), base: try BaseURL("https://h.example"))
  }

  @Test func namesOfTypesHaveABound() throws {
    let longest = "node--" + String(repeating: "x", count: EntryPoint.longestName - 6)
    let found = try entry(["node--page", longest, longest + "x", "node--\u{1B}]0;owned\u{7}"])
    #expect(found.resourceTypes.map(\.name) == ["node--page", longest])
    #expect(
      found.oddLinks.map(\.reason) == [
        "its name has 256 bytes, more than the 255 that are taken", "its name has control characters",
      ])
    #expect(found.oddLinks.allSatisfy { $0.name.count <= 31 && !$0.name.contains("\u{1B}") })
  }

  @Test func typesWithoutEndAreNotTaken() throws {
    let names = (0...EntryPoint.mostLinks).map { "node--t\($0)" }
    #expect(try entry(Array(names.dropLast())).resourceTypes.count == EntryPoint.mostLinks)
    #expect { try entry(names) } throws: {
      "\($0)".contains("the entry point names 5001 resource types, more than the 5000 that are taken")
    }
  }

  /// What is read into memory as a whole has a bound of its own, less than that of a page.
  @Test func whatTheSiteSaysOfItselfIsBounded() throws {
    let base = try BaseURL("https://h.example")
    #expect(EntryPoint.request().prepare(base: base).maximumBodyBytes == 4 << 20)
    #expect(EntryPoint.request("/api").pastCaches(7).prepare(base: base).maximumBodyBytes == 4 << 20)
    #expect(SiteDescription.request.prepare(base: base).maximumBodyBytes == 32 << 20)
    #expect(SiteRequest(path: "/jsonapi/node/topic").prepare(base: base).maximumBodyBytes == nil)
  }

  @Test(arguments: ["", "a\\nb", String(repeating: "x", count: 1_025)]) func whatIsNoIDIsNobodys(id: String) throws {
    let more =
      #""jsonapi":{"version":"\#(String(repeating: "1", count: 65))"},"meta":{"links":{"me":{"meta":{"id":"\#(id)"}}}},"#
    let found = try entry(["node--page"], more: more)
    #expect(found.me == nil && found.version == nil)
  }

  // MARK: Tokens

  private func token(_ members: String) -> Result<TokenAnswer, SignInError> {
    let answer = InboundResponse(
      status: 200, fields: [HTTPField("Content-Type", "application/json")],
      body: Array(#"{"token_type":"Bearer",\#(members)}"#.utf8))
    return Result { () throws(SignInError) in
      try TokenRequest(url: Self.url, credentials: Self.credentials).parse(answer)
    }
  }

  static let badTokens: [(String, String)] = [
    (#""access_token":"a\r\nX-Evil: 1""#, "its access_token has line breaks or other characters that no token has"),
    (#""access_token":"a b""#, "its access_token has line breaks"),
    (#""access_token":"a\u0007b""#, "its access_token has line breaks"),
    (#""access_token":"a","refresh_token":"b\nc""#, "its refresh_token has line breaks"),
    (
      #""access_token":"\#(String(repeating: "geheim", count: 3_000))""#,
      "its access_token has 18000 bytes, more than the 16384 that are taken"
    ),
    (
      #""access_token":"a","refresh_token":"\#(String(repeating: "geheim", count: 3_000))""#,
      "its refresh_token has 18000 bytes"
    ),
  ]

  @Test(arguments: badTokens.indices) func tokensThatAreNone(index: Int) {
    let (members, words) = Self.badTokens[index]
    #expect { try token(members).get() } throws: { error in
      "\(error)".contains(words) && !"\(error)".contains("geheim") && !"\(error)".contains("Evil")
        && RetryTable.failure(of: error) == .strange
    }
  }

  /// One that was kept by an older program, or came into the file otherwise, is not sent: it would be refused at each request.
  @Test func aKeptTokenOverTheBoundIsNotUsed() async throws {
    try await withFolder { folder in
      let vault = FileTokenVault(path: folder + "/token.json")
      let long = String(repeating: "x", count: TokenAnswer.longest + 1)
      try vault.save(
        StoredToken(accessToken: long, refreshToken: nil, expiresAt: 9_000, renewAt: 9_000, issuedFor: "x"))
      #expect { try vault.load() } throws: { "\($0)".hasSuffix("holds no token; remove it to sign in anew") }
      let route = TokenRoute()
      let transport = ScriptedTransport { request, _ in
        request.url.hasSuffix("/oauth/token") ? route.answer(request) : route.resource(request)
      }
      let session = try OAuthSession(
        tokenURL: Self.url, credentials: Self.credentials, transport: transport, vault: vault, now: { 1_000 },
        logger: quiet)
      #expect(try await session.accessToken() == "access1")
      #expect(try vault.load()?.accessToken == "access1")
    }
  }

  static let lives: [(life: String, seconds: Int64, isOdd: Bool)] = [
    ("300", 300, false), (#""300""#, 300, false), ("31536000", 31_536_000, false), ("null", 300, false),
    ("0", 300, true), ("-1", 300, true), ("-9223372036854775808", 300, true), ("31556952000000", 31_536_000, true),
    ("9223372036854775807", 31_536_000, true), ("1e999", 300, true), (#""soon""#, 300, true), ("[]", 300, true),
  ]

  @Test(arguments: lives.indices) func livesThatCannotBe(index: Int) async throws {
    let (life, seconds, isOdd) = Self.lives[index]
    let found = try token(#""access_token":"a","expires_in":\#(life)"#).get()
    #expect(found.expiresIn == seconds && (found.oddLife != nil) == isOdd)
    let stored = StoredToken(found, at: .max - 5, issuedFor: "x")
    #expect(stored.renewAt > 0 && stored.expiresAt == .max)
    let log = KeptLog()
    let transport = ScriptedTransport { request, _ in
      let token = #"{"token_type":"Bearer","access_token":"a","expires_in":\#(life)}"#
      return request.url.hasSuffix("/oauth/token") ? TokenRoute.json(200, token) : InboundResponse(status: 200)
    }
    let session = try OAuthSession(
      tokenURL: Self.url, credentials: Self.credentials, transport: transport, vault: MemoryTokenVault(),
      now: { 1_000 }, logger: log.logger)
    for _ in 0..<3 { _ = try await session.authorized(OutboundRequest(url: "https://h.example/jsonapi")) }
    // One sign-in for all of them.
    #expect(transport.forms.count == 1)
    let said = log.lines.filter { $0.hasSuffix("; it is taken for one of \(seconds) seconds") }
    #expect(said.count == (isOdd ? 1 : 0), "\(log.lines)")
  }

  // MARK: Waiting and redirects

  /// What the site asks for beyond five minutes is not sat out: the round ends, and the next one asks anew.
  @Test(arguments: ["86401", "31536000", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
  func aWaitBeyondADayIsNotSatOut(value: String) {
    let answer = InboundResponse(
      status: 503,
      fields: [HTTPField("Retry-After", value), HTTPField("Date", "Sat, 28 Nov 2026 12:00:00 GMT")])
    #expect((answer.retryAfter ?? 0) > 86_400)
    #expect { try SiteAnswer.document(of: answer) } throws: { error in
      "\(error)".contains("it asks to wait \(answer.retryAfter ?? 0) seconds")
        && RetryTable().verdict(RetryTable.failure(of: error), attempt: 1, random: 0.5) == .giveUp
    }
  }

  @Test(arguments: ["-1", "1.5", "soon", ""]) func whatIsNoWaitIsNone(value: String) {
    let answer = InboundResponse(status: 503, fields: [HTTPField("Retry-After", value)])
    #expect(answer.retryAfter == nil)
  }

  @Test func redirectsWithoutEndSaySo() async throws {
    let script: ScriptedServer.Script = { request in [.answer(302, ["Location: \(request.target)x"])] }
    try await withServer(script) { server, transport async throws in
      let error = await failure { try await transport.send(OutboundRequest(url: server.origin + "/a")) }
      #expect(error?.message.hasSuffix("redirected more than 5 times") == true)
      #expect(server.requests.count == 6)
    }
  }

  @Test(arguments: ["file:///etc/passwd", "gopher://h.example/", "https://u:p@h.example/", "http://[::1", "\\\\h\\x"])
  func redirectsToWhatIsNoSite(location: String) throws {
    let answer = InboundResponse(status: 302, fields: [HTTPField("Location", location)])
    let request = OutboundRequest(url: "https://h.example/jsonapi?k=geheim")
    do {
      let next = try RedirectRule.target(of: answer, to: request, mayLeave: false)
      // What reads as a path is one of the same site.
      #expect(next?.hasPrefix("https://h.example/") == true, "\(next ?? "nowhere")")
    } catch {
      #expect(error.kind == .protocolFailure && error.message.contains("redirects to an address that cannot be read"))
      #expect(!"\(error)".contains("geheim"))
    }
  }
}
