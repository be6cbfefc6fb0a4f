import Support
import Synchronization
import Testing

@testable import Upstream

/// When a token is renewed, and what a renewal costs that others made already.
extension OAuthSessionTests {
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

  /// What was only renewed may belong to a user who is gone; what was signed in just now does not.
  @Test func signsInAnewOnceAnHour() async throws {
    let transport = transport()
    let session = try session(transport)
    #expect(try await !session.signInAnew())
    #expect(try await session.accessToken() == "access1")
    #expect(try await !session.signInAnew())
    clock.advance(280)
    #expect(try await session.accessToken() == "access2")
    #expect(try await session.signInAnew())
    #expect(try await session.accessToken() == "access3")
    clock.advance(280)
    #expect(try await session.accessToken() == "access4")
    #expect(try await !session.signInAnew())
    clock.advance(3600)
    #expect(try await session.accessToken() == "access5")
    #expect(try await session.signInAnew())
    let grants = transport.forms.map { String($0.dropFirst("grant_type=".count).prefix { $0 != "&" }) }
    #expect(
      grants == ["password", "refresh_token", "password", "refresh_token", "refresh_token", "password"], "\(grants)")
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
}
