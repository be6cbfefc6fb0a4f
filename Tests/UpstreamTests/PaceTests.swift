import Synchronization
import Testing

@testable import Upstream

@Suite struct PaceTests {
  @Test func evenlySpread() {
    var schedule = PaceSchedule(requestsPerSecond: 20)
    #expect(schedule.interval == 50_000_000)
    #expect((0..<4).map { _ in schedule.next(now: 1000) } == [0, 50_000_000, 100_000_000, 150_000_000])
    // Places that were not used are gone.
    let later: Int64 = 10_000_000_000
    #expect((0..<3).map { _ in schedule.next(now: later) } == [0, 50_000_000, 100_000_000])
  }

  @Test func holding() {
    var schedule = PaceSchedule(requestsPerSecond: 10)
    _ = schedule.next(now: 0)
    schedule.hold(until: 5_000_000_000)
    schedule.hold(until: 1)
    #expect(schedule.next(now: 1_000_000_000) == 4_000_000_000)
    #expect(schedule.next(now: 1_000_000_000) == 4_100_000_000)
  }

  @Test func noLimit() {
    var schedule = PaceSchedule(requestsPerSecond: 0)
    #expect((0..<3).map { _ in schedule.next(now: 7) } == [0, 0, 0])
  }

  @Test func anotherRateCountsFromTheNextOn() {
    var schedule = PaceSchedule(requestsPerSecond: 10)
    _ = schedule.next(now: 0)
    schedule.change(requestsPerSecond: 100)
    #expect((0..<3).map { _ in schedule.next(now: 0) } == [100_000_000, 110_000_000, 120_000_000])
  }

  @Test func allWorkersShareOneRate() async throws {
    let slept = Mutex<[Int64]>([])
    let pacer = RequestPacer(
      requestsPerSecond: 100, now: { 0 }, sleep: { delay in slept.withLock { $0.append(delay) } })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { try await pacer.pass() } }
      try await group.waitForAll()
    }
    #expect(slept.withLock { $0.sorted() } == (1..<50).map { Int64($0) * 10_000_000 })
    pacer.hold(seconds: 2)
    try await pacer.pass()
    #expect(slept.withLock { $0.last } == 2_000_000_000)
  }

  @Test func theRealClockAdvances() async throws {
    let pacer = RequestPacer(requestsPerSecond: 1000)
    let before = RequestPacer.uptime()
    for _ in 0..<5 { try await pacer.pass() }
    // But for what no sleep is short enough for.
    #expect(RequestPacer.uptime() - before >= 3_950_000)
  }

  /// Nobody sleeps for less than a sleep takes; the places are taken, so the rate holds.
  @Test func noSleepIsTooShort() async throws {
    let slept = Mutex<[Int64]>([])
    let pacer = RequestPacer(
      requestsPerSecond: 100_000, now: { 0 }, sleep: { delay in slept.withLock { $0.append(delay) } })
    for _ in 0..<8 { try await pacer.pass() }
    #expect(slept.withLock { $0 } == [60_000, 70_000])
  }
}

@Suite struct RetryTableTests {
  static let rows: [(RetryTable.Failure, Int, Double, RetryTable.Verdict)] = [
    (.connection, 1, 1, .after(seconds: 1)), (.connection, 2, 1, .after(seconds: 2)),
    (.connection, 3, 0.5, .after(seconds: 2)), (.connection, 4, 1, .after(seconds: 8)),
    (.connection, 4, 0, .after(seconds: 0)), (.connection, 5, 1, .giveUp), (.connection, 500, 1, .giveUp),
    (.strange, 1, 1, .after(seconds: 1)), (.strange, 5, 1, .giveUp), (.serverFault, 1, 1, .after(seconds: 1)),
    (.serverFault, 2, 1, .giveUp), (.throttled(retryAfter: 7), 1, 0, .after(seconds: 7)),
    (.throttled(retryAfter: 7), 1, 0.5, .after(seconds: 7.5)), (.throttled(retryAfter: 7), 5, 0, .giveUp),
    (.throttled(retryAfter: nil), 2, 1, .after(seconds: 2)),
    (.unavailable(retryAfter: 300), 4, 0, .after(seconds: 300)),
    (.unavailable(retryAfter: 301), 1, 0, .giveUp), (.unavailable(retryAfter: nil), 5, 0, .giveUp),
    (.rejected, 1, 1, .giveUp), (.credentials, 1, 1, .askPerson), (.configuration, 1, 1, .askPerson),
    (.cancelled, 1, 1, .giveUp), (.unknown, 1, 1, .giveUp),
  ]

  @Test(arguments: rows.indices) func verdicts(index: Int) {
    let (failure, attempt, random, verdict) = Self.rows[index]
    #expect(RetryTable().verdict(failure, attempt: attempt, random: random) == verdict)
  }

  @Test func theWaitIsCapped() {
    var table = RetryTable()
    table.attempts = 1000
    #expect(table.verdict(.connection, attempt: 7, random: 1) == .after(seconds: 60))
    #expect(table.verdict(.connection, attempt: 999, random: 1) == .after(seconds: 60))
  }

  @Test func errorsAreSorted() {
    func of(_ error: any Error) -> RetryTable.Failure { RetryTable.failure(of: error) }
    #expect(of(TransportError(.timeout, "", url: "")) == .connection)
    #expect(of(TransportError(.certificate, "", url: "")) == .configuration)
    #expect(of(SiteError(.throttled, status: 429, retryAfter: 3)) == .throttled(retryAfter: 3))
    #expect(of(SiteError(.html, status: 200)) == .strange)
    #expect(of(SiteError(.unprocessable, status: 422)) == .rejected)
    #expect(of(SignInError.wrongUser(hint: nil)) == .credentials)
    #expect(of(SignInError.unavailable(status: 503, retryAfter: 9, hint: nil)) == .unavailable(retryAfter: 9))
    #expect(of(CancellationError()) == .cancelled)
    #expect(of(TestVault.Full()) == .unknown)
  }
}
