import JSONAPI
import Testing

@testable import Store

/// What survives a power cut: what a client was told, and that a request is about to leave. What became of the request the site can be
/// asked once more.
@Suite struct OutboxDurabilityTests {
  @Test func aRequestLeavesOnlyAfterItsDepartureIsOnDisk() throws {
    let bench = try OutboxBench()
    let told = ToldStatements(bench.mirror)
    defer { told.end() }
    let recorded = try told.during { _ in try bench.patch(["title": "Local"]) }
    #expect(recorded.areDurable, "\(recorded)")

    let begun = try told.during { _ in _ = try bench.send() }
    #expect(begun.areDurable, "\(begun)")

    let sent = try bench.only()
    #expect(sent.state == .sending)
    let answer = try bench.site()
    let settled = try told.during { mirror in
      let isSettled = try mirror.outbox.settle(sent, as: .resource(answer), at: OutboxBench.now)
      #expect(isSettled)
    }
    #expect(settled.contains { $0.hasPrefix("COMMIT") } && !settled.contains { $0.contains("FULL") }, "\(settled)")
  }
}
