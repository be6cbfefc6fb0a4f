import JSONAPI
import SampleSite
import Support
import SyncAgent
import Synchronization
import Testing
import Upstream

@testable import Store

/// A one-shot synchronisation comes to its end whatever becomes of local changes.
@Suite struct OneShotTests {
  /// Holds back what a test says until it is let go.
  private final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))

    func open() {
      let waiting = state.withLock { state in
        state.isOpen = true
        defer { state.waiting = [] }
        return state.waiting
      }
      for one in waiting { one.resume() }
    }

    func pass() async {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          if !state.isOpen { state.waiting.append(continuation) }
          return state.isOpen
        }
        if isOpen { continuation.resume() }
      }
    }
  }

  private struct SlowWrites: Transport {
    let site: SampleSite
    let gate: Gate
    func send(_ request: OutboundRequest) async throws -> InboundResponse {
      if request.method == "PATCH" { await gate.pass() }
      return try await FatefulTransport(site, decide: { _, _ in .arrives }).send(request)
    }
  }

  /// A write that does not come back does not hold up the round.
  @Test(.timeLimit(.minutes(5))) func theRoundBeginsBesideASlowPush() async throws {
    let bench = try await PushBench()
    let (site, mirror) = (bench.site, bench.mirror)
    let id = try bench.topic("One")
    site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    let gate = Gate()
    let push = PushRound(
      site: try site.connection(SlowWrites(site: site, gate: gate), MemoryTokenVault()), mirror: mirror,
      policies: ConflictPolicies(), logger: silentLog, now: { site.now })
    let round = SyncRound(
      site: try site.connection(FatefulTransport(site, decide: { _, _ in .arrives }), MemoryTokenVault()),
      mirror: mirror, settings: SyncSettings(entityTypes: ["node"], concurrency: 2, settleWindowSeconds: 1),
      logger: silentLog, now: { site.now })
    let order = Mutex<[String]>([])
    try await OneShot(push: push, round: round, headStartSeconds: 0.05, logger: silentLog).run(
      pushed: { report in order.withLock { $0.append("pushed \(report.settled)") } },
      pulled: { _ in
        order.withLock { $0.append("pulled") }
        gate.open()
      })
    #expect(order.withLock { $0 } == ["pulled", "pushed 1"])
    #expect(try bench.title(id) == "Mine" && bench.shown(id) == bench.onSite(id))
  }

  /// In the daemon a push may be at a long upload while somebody wishes for a round: rounds do not stand still for that.
  @Test(.timeLimit(.minutes(5))) func thePushOfAnotherIsNotWaitedForBehindTheRound() async throws {
    let bench = try await PushBench()
    let (site, mirror) = (bench.site, bench.mirror)
    let id = try bench.topic("One")
    site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    let gate = Gate()
    let push = PushRound(
      site: try site.connection(SlowWrites(site: site, gate: gate), MemoryTokenVault()), mirror: mirror,
      policies: ConflictPolicies(), logger: silentLog, now: { site.now })
    let round = SyncRound(
      site: try site.connection(FatefulTransport(site, decide: { _, _ in .arrives }), MemoryTokenVault()),
      mirror: mirror, settings: SyncSettings(entityTypes: ["node"], concurrency: 2, settleWindowSeconds: 1),
      logger: silentLog, now: { site.now })
    async let others = push.run()
    while try mirror.outbox.unsettledChanges().map(\.state) != [.sending] {
      try await Task.sleep(for: .milliseconds(10))
    }
    let order = Mutex<[String]>([])
    try await OneShot(push: push, round: round, headStartSeconds: 0.05, logger: silentLog).run(
      pushed: { report in order.withLock { $0.append("pushed \(report.settled)") } },
      pulled: { _ in order.withLock { $0.append("pulled") } })
    #expect(order.withLock { $0 } == ["pulled"])
    gate.open()
    #expect(try await others.settled == 1)
  }

  private struct NoSignIn: Transport {
    func send(_ request: OutboundRequest) async throws -> InboundResponse {
      InboundResponse(
        status: 400, fields: [HTTPField("Content-Type", "application/json")],
        body: Array(#"{"error":"invalid_grant","message":"no"}"#.utf8))
    }
  }

  /// Where the push is stopped, the round is not begun: the ledger says why.
  @Test func aRoundThatThePushKeptFromBeginningIsInTheLedger() async throws {
    let bench = try await PushBench()
    let (site, mirror) = (bench.site, bench.mirror)
    let id = try bench.topic("One")
    site.clockOffset += 10
    try bench.patch(id, [("title", "Mine")])
    let before = try mirror.reporting.status()
    let push = PushRound(
      site: try site.connection(NoSignIn(), MemoryTokenVault()), mirror: mirror, policies: ConflictPolicies(),
      logger: silentLog, now: { site.now })
    let round = SyncRound(
      site: try site.connection(FatefulTransport(site, decide: { _, _ in .arrives }), MemoryTokenVault()),
      mirror: mirror, settings: SyncSettings(entityTypes: ["node"], concurrency: 2, settleWindowSeconds: 1),
      logger: silentLog, now: { site.now })
    let shot = OneShot(push: push, round: round, logger: silentLog)
    let error = await #expect(throws: SignInError.self) { try await shot.run(pushed: { _ in }, pulled: { _ in }) }
    let status = try mirror.reporting.status()
    #expect(status.runs.dropFirst().map(\.id) == before.runs.map(\.id) && status.unreadSince != nil)
    #expect(status.runs.first?.kind == "attempt" && status.runs.first?.outcome == "failed")
    #expect(status.runs.first?.message == error.map { "\($0)" })
  }

  /// What fails once is not waited for; what was sent is pulled as it is.
  @Test(.timeLimit(.minutes(5))) func aFailedChangeIsNotWaitedFor() async throws {
    let bench = try await PushBench()
    let (site, mirror) = (bench.site, bench.mirror)
    site.failingCreations = ["node"]
    try bench.record(.create(bench.object([("title", "New")])), "c0000000-0000-4000-8000-000000000001")
    let id = try bench.topic("One")
    try bench.patch(id, [("title", "Mine")])
    site.clockOffset += 10
    let before = site.time
    let transport = FatefulTransport(site, decide: { _, _ in .arrives })
    let connection = try site.connection(transport, MemoryTokenVault())
    let push = PushRound(
      site: connection, mirror: mirror, policies: ConflictPolicies(), logger: silentLog, now: { site.now })
    let round = SyncRound(
      site: connection, mirror: mirror,
      settings: SyncSettings(entityTypes: ["node"], concurrency: 2, settleWindowSeconds: 1), logger: silentLog,
      now: { site.now })
    let pushed = Mutex<[PushReport]>([])
    try await OneShot(push: push, round: round, logger: silentLog).run(
      pushed: { report in pushed.withLock { $0.append(report) } }, pulled: { _ in })
    #expect(site.time == before)
    #expect(pushed.withLock { $0.last?.settled } == 1)
    #expect(try bench.mirror.outbox.unsettledChanges().map(\.state) == [.uncertain])
  }
}
