import Support
import Synchronization
import Testing

@testable import Upstream

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
