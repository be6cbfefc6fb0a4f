import Synchronization
import Testing

@testable import TokenIssuer

@Suite struct PassThroughTests {
  /// A site with one person, `zoe` with the password `site-pass`.
  private final class Site: PassThroughSite {
    struct State {
      var answer: PassThroughAnswer?
      var asked: [String] = []
      var password = "site-pass"
    }
    let state = Mutex(State())

    func answer(name: String, password: String) async -> PassThroughAnswer {
      state.withLock { state in
        state.asked.append(name)
        if let answer = state.answer { return answer }
        let isRight = name == "zoe" && password == state.password
        return isRight ? .right(userUUID: "2d734987-915d-5970-82ed-d3db4c835e5d") : .wrong
      }
    }

    func isReserved(_ name: String) -> Bool { name.lowercased() == "sync" }
    var asked: Int { state.withLock { $0.asked.count } }
  }

  private func bench(_ site: Site?, accounts: [Account] = [], isOn: Bool = true) async throws -> Bench {
    let checks = SecretChecks(sleep: { _ in })
    let settings = PassThroughSettings(scopes: ["sitemanager"], sight: "crm", verifiedSeconds: 3_600)
    let ledger = Mutex<MemoryLedger?>(nil)
    let all = Mutex(accounts)
    let passThrough = PassThrough(
      settings, site: site, checks: checks,
      keep: { kept in
        guard let hash = SecretHash(encoded: kept.passwordHash) else { return }
        all.withLock { accounts in
          accounts.removeAll { $0.name == kept.name }
          accounts.append(
            Account(
              id: Int64(accounts.count + 7), name: kept.name, passwordHash: hash, userUUID: kept.userUUID,
              scopes: settings.scopes, isFromSite: true, verifiedAt: kept.at))
          ledger.withLock { $0 }?.replace(accounts)
        }
      })
    let bench = try await Bench(accounts: accounts, checks: checks, passThrough: isOn ? passThrough : nil)
    ledger.withLock { $0 = bench.ledger }
    return bench
  }

  private let zoe = ["username": "zoe", "password": "site-pass"].mapValues(Optional.some)

  @Test func aPersonOfTheSiteIsAskedForOnceAndThenCheckedHere() async throws {
    let site = Site()
    let bench = try await bench(site)
    for _ in 0..<4 { #expect(try await bench.ask("password", zoe).status == 200) }
    #expect(site.asked == 1)
    site.state.withLock { $0.answer = .silent }
    bench.clock.advance(3_000)
    #expect(try await bench.ask("password", zoe).status == 200, "the site need not answer")
    bench.clock.advance(700)
    let old = try await bench.ask("password", zoe)
    #expect(old.status == 503 && old[field: "retry-after"] == "60", "its word is old")
    site.state.withLock { $0.answer = nil }
    #expect(try await bench.ask("password", zoe).status == 200)
    #expect(site.asked == 3)
  }

  /// Where the site has no say, it is not asked, and nobody gets in by its word.
  @Test func whoIsOfThisMirrorsOwnSignsInWithoutTheSite() async throws {
    let site = Site()
    let bench = try await bench(site, accounts: [Bench.account()])
    let endpoint = bench.endpoint
    #expect(try await endpoint.signInHere(name: "apisync", password: "apisync-pass", from: "")?.id == 2)
    #expect(try await endpoint.signInHere(name: "apisync", password: "site-pass", from: "") == nil)
    #expect(try await endpoint.signInHere(name: "zoe", password: "site-pass", from: "") == nil)
    #expect(site.asked == 0)
    #expect(try await bench.ask("password", zoe).status == 200)
    #expect(try await endpoint.signInHere(name: "zoe", password: "site-pass", from: "") == nil)
    #expect(site.asked == 1)
  }

  @Test func aNewPasswordOnTheSiteCountsAtOnceAndABlockedUserWithTime() async throws {
    let site = Site()
    let bench = try await bench(site)
    #expect(try await bench.ask("password", zoe).status == 200)
    site.state.withLock { $0.password = "new-pass" }
    #expect(try await bench.ask("password", ["username": "zoe", "password": "new-pass"]).status == 200)
    #expect(try await bench.ask("password", zoe).status == 400, "the old one is over")
    site.state.withLock { $0.answer = .wrong }
    bench.clock.advance(4_000)
    #expect(try await bench.ask("password", ["username": "zoe", "password": "new-pass"]).status == 400)
  }

  /// A process that never asks the site lets in whom it knows, for as long as the site's word holds; where nobody is let in by its word,
  /// nobody is who was.
  @Test(arguments: [true, false])
  func withoutTheSiteItsWordHoldsForItsTime(isOn: Bool) async throws {
    let account = Account(
      id: 7, name: "zoe", passwordHash: try .make("site-pass", cost: Bench.cost), isFromSite: true,
      verifiedAt: 1_795_465_000)
    let bench = try await bench(nil, accounts: [account], isOn: isOn)
    let reply = try await bench.ask("password", zoe)
    #expect(reply.status == (isOn ? 200 : 400))
    #expect(try await bench.ask("password", ["username": "zoe", "password": "nope"]).status == 400)
    #expect(try await bench.ask("password", ["username": "nobody"]).status == 400)
    guard isOn else { return }
    let next = try await bench.refresh(reply.member("refresh_token"))
    #expect(next.status == 200)
    bench.clock.advance(3_000)
    #expect(try await bench.ask("password", zoe).status == 503)
    let late = try await bench.refresh(next.member("refresh_token"))
    #expect(
      try late.status == 400 && late.member("error") == "invalid_grant", "a refresh token makes it hold no longer")
  }

  @Test func accountsOfTheMirrorAndItsOwnNameAreNobodysToAsk() async throws {
    let site = Site()
    let bench = try await bench(site, accounts: [Bench.account()])
    #expect(try await bench.ask("password", ["password": "nope"]).status == 400)
    #expect(try await bench.ask("password", ["username": "Sync", "password": "nope"]).status == 400)
    #expect(try await bench.ask("password", ["username": String(repeating: "x", count: 300)]).status == 400)
    #expect(site.asked == 0)
  }

  /// Guesses here must not make the site lock an account, or the mirror out.
  @Test func theSiteIsAskedAFewTimesAtMost() async throws {
    let site = Site()
    let bench = try await bench(site)
    for number in 0..<30 {
      _ = try await bench.ask("password", ["username": "Zoe", "password": "guess \(number)"], from: "10.0.0.\(number)")
    }
    #expect(site.asked == 3)
    for number in 0..<60 {
      _ = try await bench.ask("password", ["username": "name \(number)"], from: "10.0.1.\(number)")
    }
    #expect(site.asked == 20)
    let late = try await bench.ask("password", zoe, from: "10.0.2.1")
    #expect(late.status == 503 && late[field: "retry-after"] == "7200", "that name was tried too often")
    let other = try await bench.ask("password", ["username": "ida"], from: "10.0.2.1")
    #expect(other.status == 503 && other[field: "retry-after"] == "180")
  }

  /// Where the site does not answer, guesses are bounded all the same.
  @Test func guessesWhileTheSiteIsAwayAreCounted() async throws {
    let site = Site()
    let bench = try await bench(site)
    #expect(try await bench.ask("password", zoe).status == 200)
    site.state.withLock { $0.answer = .silent }
    var statuses: [Int] = []
    for number in 0..<14 {
      statuses.append(
        try await bench.ask("password", ["username": "zoe", "password": "guess \(number)"], from: "10.0.0.9").status)
    }
    #expect(statuses == Array(repeating: 503, count: 10) + Array(repeating: 429, count: 4))
  }

  @Test func triesAtTheSiteAreRememberedForTheirTime() {
    var tries = SiteTries()
    for _ in 0..<3 {
      let wait = tries.begin("ann", at: 0)
      #expect(wait == 0)
      tries.end("ann", isWrong: true, at: 0)
    }
    let waits = [
      tries.begin("ANN", at: 0), tries.begin("bob", at: 0), tries.begin("bob", at: 0),
    ]
    #expect(waits == [7_200, 0, 2], "the last one is under way")
    tries.end("bob", isWrong: false, at: 0)
    let later = tries.begin("ann", at: 7_200)
    #expect(later == 0)
  }
}
