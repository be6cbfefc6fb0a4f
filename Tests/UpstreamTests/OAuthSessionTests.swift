import Support
import Synchronization
import Testing

@testable import Upstream

/// A token route in memory: rotates refresh tokens as the site does, and knows which access tokens are good.
final class TokenRoute: Sendable {
  struct State {
    var issued = 0
    var good: Set<String> = []
    var refreshTokens: Set<String> = []
    var passwordIsGood = true
    var gives: Bool = true
  }
  let state = Mutex(State())

  func answer(_ request: OutboundRequest) -> InboundResponse {
    let form = String(decoding: request.body ?? [], as: UTF8.self)
    return state.withLock { state in
      if let start = form.ranges(of: "refresh_token=").first?.upperBound {
        let token = String(form[start...])
        guard state.refreshTokens.remove(token) != nil else {
          return Self.json(400, #"{"error":"invalid_grant","hint":"Token has been revoked"}"#)
        }
        state.good = []
      } else if form.hasPrefix("grant_type=password"), !state.passwordIsGood {
        return Self.json(400, #"{"error":"invalid_grant","error_description":"The user credentials were incorrect."}"#)
      }
      state.issued += 1
      let number = state.issued
      state.good.insert("access\(number)")
      state.refreshTokens.insert("refresh\(number)")
      return Self.json(
        200,
        #"{"token_type":"Bearer","expires_in":300,"access_token":"access\#(number)","refresh_token":"refresh\#(number)"}"#
      )
    }
  }

  /// A resource that wants a good token.
  func resource(_ request: OutboundRequest) -> InboundResponse {
    let token = String((request["Authorization"] ?? "").dropFirst("Bearer ".count))
    return state.withLock { $0.good.contains(token) } && state.withLock({ $0.gives })
      ? InboundResponse(status: 200, body: Array(token.utf8))
      : InboundResponse(
        status: 401,
        fields: [
          HTTPField("WWW-Authenticate", #"Bearer realm="OAuth", error_description="Access token has been revoked""#)
        ])
  }

  func revokeAccess() { state.withLock { $0.good = [] } }

  static func json(_ status: Int, _ body: String) -> InboundResponse {
    InboundResponse(status: status, fields: [HTTPField("Content-Type", "application/json")], body: Array(body.utf8))
  }
}

/// A vault that can refuse, and remembers.
final class TestVault: TokenVault {
  struct Full: Error {}
  let state = Mutex((token: StoredToken?.none, isFull: false, saves: 0))

  func load() -> StoredToken? { state.withLock { $0.token } }
  func save(_ token: StoredToken) throws {
    try state.withLock { state in
      if state.isFull { throw Full() }
      state.token = token
      state.saves += 1
    }
  }
  func clear() { state.withLock { $0.token = nil } }
}

@Suite struct OAuthSessionTests {
  static let site = "https://h.example"
  static let credentials = Credentials(
    grant: .password(username: "u", password: "p"), clientID: "c", clientSecret: "s")

  let route = TokenRoute()
  let vault = TestVault()
  let clock = Clock()

  final class Clock: Sendable {
    private let time = Mutex<Int64>(1_000_000)
    var now: Int64 { time.withLock { $0 } }
    func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
  }

  func transport(_ before: @escaping @Sendable (OutboundRequest) async throws -> Void = { _ in }) -> ScriptedTransport {
    ScriptedTransport { [route] request, _ in
      try await before(request)
      return request.url.hasSuffix("/oauth/token") ? route.answer(request) : route.resource(request)
    }
  }

  func session(_ transport: any Transport, _ credentials: Credentials = credentials) throws -> OAuthSession {
    try OAuthSession(
      tokenURL: Self.site + "/oauth/token", credentials: credentials, transport: transport, vault: vault,
      now: { [clock] in clock.now }, logger: quiet)
  }

  let request = OutboundRequest(url: site + "/jsonapi", fields: [HTTPField("authorization", "Basic old")])

  @Test func aHundredCallersOneTokenRequest() async throws {
    let (gate, open) = AsyncStream<Void>.makeStream()
    let transport = transport { _ in for await _ in gate {} }
    let session = try session(transport)
    let tokens = try await withThrowingTaskGroup(of: String.self) { group in
      let (started, start) = AsyncStream<Void>.makeStream()
      for _ in 0..<100 {
        group.addTask {
          start.yield()
          return try await session.accessToken()
        }
      }
      var begun = started.makeAsyncIterator()
      for _ in 0..<100 { await begun.next() }
      open.finish()
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(tokens == ["access1"])
    #expect(transport.forms.count == 1)
  }

  @Test func aHundredRefusalsOneRenewal() async throws {
    let transport = transport()
    let session = try session(transport)
    _ = try await session.accessToken()
    route.revokeAccess()
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<100 { group.addTask { [request] in try await session.authorized(request).status } }
      for try await status in group { #expect(status == 200) }
    }
    #expect(transport.forms.count == 2)
    #expect(transport.forms[1].contains("refresh_token=refresh1"))
  }

  @Test func oneCallersCancellationIsItsOwn() async throws {
    let (gate, open) = AsyncStream<Void>.makeStream()
    let (asked, ask) = AsyncStream<Void>.makeStream()
    let session = try session(
      transport { _ in
        ask.yield()
        for await _ in gate {}
        try Task.checkCancellation()
      })
    await withThrowingTaskGroup(of: String.self) { first in
      first.addTask { try await session.accessToken() }
      var begun = asked.makeAsyncIterator()
      await begun.next()
      async let second = session.accessToken()
      first.cancelAll()
      // At once, although the token has not come yet.
      await #expect(throws: CancellationError.self) { try await first.next() }
      open.finish()
      let token = try? await second
      #expect(token == "access1")
    }
  }

  @Test func renewedBeforeItEnds() async throws {
    let transport = transport()
    let session = try session(transport)
    #expect(try await session.accessToken() == "access1")
    clock.advance(269)
    #expect(try await session.accessToken() == "access1")
    clock.advance(1)
    #expect(try await session.accessToken() == "access2")
    #expect(transport.forms.map { $0.hasPrefix("grant_type=refresh_token") } == [false, true])
  }

  @Test(arguments: [(300, 270), (60, 50), (12, 6), (3, 2), (86400, 77760), (0, 0)] as [(Int64, Int64)])
  func margins(life: Int64, renewAfter: Int64) {
    let answer = TokenAnswer(accessToken: "a", refreshToken: nil, expiresIn: life)
    let token = StoredToken(answer, at: 1000, issuedFor: "x")
    #expect(token.renewAt == 1000 + renewAfter)
    #expect(token.expiresAt == 1000 + life)
  }

  @Test func storedBeforeUse() async throws {
    let stored = Mutex<[String?]>([])
    let transport = ScriptedTransport { [route, vault] request, _ in
      guard request.url.hasSuffix("/oauth/token") else {
        stored.withLock { $0.append(vault.load()?.accessToken) }
        return route.resource(request)
      }
      return route.answer(request)
    }
    let session = try session(transport)
    #expect(try await session.authorized(request).body == Array("access1".utf8))
    clock.advance(280)
    #expect(try await session.authorized(request).body == Array("access2".utf8))
    #expect(stored.withLock { $0 } == ["access1", "access2"])
    #expect(vault.load()?.refreshToken == "refresh2")
  }

  @Test func aFullDiskLosesNoRotation() async throws {
    let transport = transport()
    let session = try session(transport)
    _ = try await session.accessToken()
    clock.advance(280)
    vault.state.withLock { $0.isFull = true }
    for _ in 0..<3 { await #expect(throws: TestVault.Full.self) { try await session.accessToken() } }
    vault.state.withLock { $0.isFull = false }
    #expect(try await session.accessToken() == "access2")
    #expect(transport.forms.count == 2)
    #expect(vault.load()?.refreshToken == "refresh2")
  }

  @Test func aUsedUpRefreshTokenLeadsBackToThePassword() async throws {
    let transport = transport()
    let session = try session(transport)
    _ = try await session.accessToken()
    route.state.withLock { $0.refreshTokens = [] }
    clock.advance(280)
    #expect(try await session.accessToken() == "access2")
    #expect(
      transport.forms.map { String($0.prefix { $0 != "&" }) }
        == ["grant_type=password", "grant_type=refresh_token", "grant_type=password"])

    route.state.withLock {
      $0.refreshTokens = []
      $0.passwordIsGood = false
    }
    clock.advance(280)
    for _ in 0..<2 {
      await #expect { try await session.accessToken() } throws: {
        ($0 as? SignInError)?.withoutHint == .wrongUser(hint: nil)
      }
    }
    // The used-up token is tried once, not again and again.
    #expect(transport.forms.count { $0.contains("refresh_token=refresh2") } == 1)
  }

  /// Another process stored a token meanwhile, which was revoked together with ours.
  @Test func aStoredTokenThatIsRevokedTooIsRenewed() async throws {
    let transport = transport()
    let session = try session(transport)
    _ = try await session.accessToken()
    let other = try self.session(transport)
    clock.advance(280)
    #expect(try await other.accessToken() == "access2")
    clock.advance(-280)
    route.revokeAccess()
    #expect(try await session.authorized(request).body == Array("access3".utf8))
    #expect(transport.forms.last?.contains("refresh_token=refresh2") == true)
    #expect(transport.requests.count { $0.url.hasSuffix("/jsonapi") } == 3)
  }

  /// Another caller renewed meanwhile, and that token was revoked, too, as a site does whenever the account is saved.
  @Test func aTokenOfAnotherCallerThatIsRevokedTooIsRenewed() async throws {
    let shared = Mutex(OAuthSession?.none)
    let turns = Mutex(0)
    let transport = transport { [route, request] sent in
      guard sent["X-Slow"] != nil else { return }
      let turn = turns.withLock { turns in
        turns += 1
        return turns
      }
      if turn <= 2 { route.revokeAccess() }
      if turn == 1 { _ = try await shared.withLock { $0 }?.authorized(request) }
    }
    let session = try session(transport)
    shared.withLock { $0 = session }
    var slow = request
    slow.fields.append(HTTPField("X-Slow", "1"))
    #expect(try await session.authorized(slow).body == Array("access3".utf8))
    #expect(turns.withLock { $0 } == 3)
  }

  @Test func aSecond401IsFinal() async throws {
    let transport = transport()
    let session = try session(transport)
    route.state.withLock { $0.gives = false }
    await #expect { try await session.authorized(request) } throws: {
      $0 as? SignInError == .refused(hint: "Access token has been revoked")
    }
    #expect(transport.requests.count { $0.url.hasSuffix("/jsonapi") } == 2)
    #expect(transport.forms.count == 2)
  }

  @Test func theOldAuthorizationIsReplaced() async throws {
    let transport = transport()
    _ = try await session(transport).authorized(request)
    let sent = try #require(transport.requests.last)
    #expect(sent.fields == [HTTPField("Authorization", "Bearer access1")])
  }

  @Test func theTokenStaysWithItsOrigin() async throws {
    let transport = transport()
    let session = try session(transport)
    for url in ["https://other.example/jsonapi", "http://h.example/jsonapi", "https://h.example:444/"] {
      await #expect { try await session.authorized(OutboundRequest(url: url)) } throws: {
        ($0 as? TransportError)?.kind == .otherOrigin
      }
    }
    #expect(transport.requests.isEmpty)
  }

  @Test func theVaultOutlivesTheSession() async throws {
    let transport = transport()
    _ = try await session(transport).accessToken()
    #expect(try await session(transport).accessToken() == "access1")
    #expect(transport.forms.count == 1)
    // Not for another user, client or scope.
    for other in [
      Credentials(grant: .password(username: "v", password: "p"), clientID: "c"),
      Credentials(grant: .password(username: "u", password: "p"), clientID: "d"),
      Credentials(grant: .clientCredentials, clientID: "c"),
    ] {
      let before = transport.forms.count
      #expect(try await session(transport, other).accessToken() != "access1")
      #expect(transport.forms.count == before + 1)
      #expect(transport.forms.last?.contains("refresh") == false)
    }
  }

  @Test func anotherProcessMayHaveRenewed() async throws {
    let transport = transport()
    let ours = try session(transport)
    let theirs = try session(transport)
    _ = try await ours.accessToken()
    route.revokeAccess()
    _ = try await theirs.authorized(request)
    let before = transport.forms.count
    #expect(try await ours.authorized(request).status == 200)
    #expect(transport.forms.count == before)
  }

  @Test func aGivenRefreshTokenStartsTheChain() async throws {
    route.state.withLock { $0.refreshTokens = ["seed"] }
    let transport = transport()
    let credentials = Credentials(grant: .refreshToken("seed"), clientID: "c")
    #expect(try await session(transport, credentials).accessToken() == "access1")
    clock.advance(400)
    // A new process goes on with the successor, not with the seed.
    #expect(try await session(transport, credentials).accessToken() == "access2")
    route.state.withLock { $0.refreshTokens = [] }
    clock.advance(400)
    await #expect { try await session(transport, credentials).accessToken() } throws: {
      ($0 as? SignInError)?.withoutHint == .refreshRefused(hint: nil)
    }
  }

  @Test func overRealSockets() async throws {
    let route = route
    let script: ScriptedServer.Script = { request in
      let fields = request.fields.map { HTTPField($0.name, $0.value) }
      let outbound = OutboundRequest(method: request.method, url: request.target, fields: fields, body: request.body)
      let answer = request.target == "/oauth/token" ? route.answer(outbound) : route.resource(outbound)
      return [.answer(answer.status, answer.fields.map { "\($0.name): \($0.value)" }, bytes: answer.body)]
    }
    try await withServer(script) { server, transport async throws in
      let session = try OAuthSession(
        tokenURL: server.origin + "/oauth/token", credentials: Self.credentials, transport: transport, vault: vault,
        now: { [clock] in clock.now }, logger: quiet)
      let request = OutboundRequest(url: server.origin + "/jsonapi")
      #expect(try await session.authorized(request).status == 200)
      route.revokeAccess()
      #expect(try await session.authorized(request).status == 200)
      #expect(server.requests.map(\.target) == ["/oauth/token", "/jsonapi", "/jsonapi", "/oauth/token", "/jsonapi"])
      #expect(server.requests[0].text == "grant_type=password&client_id=c&client_secret=s&username=u&password=p")
    }
  }
}
