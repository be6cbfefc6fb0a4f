import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing

/// Sweeps whose candidates are more than may go unasked, and more than one round can ask for.
@Suite struct SlicedSweepTests {
  /// A mirror of topics of which some are gone, few enough to be removed, and some do not answer: together they are too many.
  private struct Scene {
    let bench: Bench
    let gone: [String]
    let silent: [String]

    init(_ take: (inout Community, String) throws -> Void) async throws {
      bench = try Bench(quietSite(), entityTypes: ["node"])
      try await bench.round(configure: { $0.sweep = .never })
      bench.site.clockOffset += 100_000
      // By serial number, as a sweep asks for them.
      let ids = try bench.mirror.sweeping.everything(of: "node--topic").map { "\($0.uuid)" }
      let allowance = RemovalGuard.allowance(rows: ids.count, share: 0.2)
      let lost = Array(ids.prefix(allowance - 4))
      let mute = Array(ids.dropFirst(lost.count).prefix(8))
      try bench.site.withCommunity { community in
        for id in lost { try take(&community, id) }
        for id in mute { try community.conceal(id, .vanished) }
      }
      for id in mute { bench.site.faults.inject(.serverError, times: 10_000, below: "/jsonapi/node/topic/\(id)") }
      gone = lost
      silent = mute
    }

    /// Rounds in small slices until the sweep of topics is over.
    /// - Parameter look: is given what was asked for in a round.
    func sweep(_ look: ([String]) throws -> Void = { _ in }) async throws -> (rounds: Int, removed: Int) {
      var (rounds, removed) = (0, 0)
      while rounds < 80 {
        rounds += 1
        let outcome = try await bench.round(configure: { $0.sweepRequests = 6 })
        removed += outcome.report.removed
        #expect(!outcome.report.needsPerson, "round \(rounds)")
        if outcome.report.sweeps.contains(where: { $0.type == "node--topic" && $0.isFinished }) {
          return (rounds, removed)
        }
        try look(outcome.targets)
      }
      Issue.record("the sweep does not end")
      return (rounds, removed)
    }
  }

  @Test func whatIsGoneIsRemovedInTheEnd() async throws {
    let scene = try await Scene { try $0.delete($1) }
    let bench = scene.bench
    let swept = try await scene.sweep()
    #expect(swept.rounds > 3 && swept.removed == scene.gone.count)
    #expect(Set(try bench.mirror.reading.tombstones(of: "node--topic").map { "\($0.uuid)" }) == Set(scene.gone))
    for id in scene.silent { #expect(try bench.mirrored()["node--topic/\(id)"] != nil) }
    bench.site.faults.clear()
    try await bench.round(configure: { $0.sweep = .now })
    try bench.expectEqual()
  }

  /// Pages in a row are left out, and each round may ask for one.
  @Test func aLongHiddenStretchIsCrossed() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round(configure: { $0.sweep = .never })
    bench.site.clockOffset += 100_000
    let ids = try bench.mirror.sweeping.everything(of: "node--topic").map { "\($0.uuid)" }
    let stretch = Array(ids.dropFirst(20).prefix(60))
    try bench.site.withCommunity { community in for id in stretch { try community.conceal(id, .omitted) } }
    let slice: @Sendable (inout SyncSettings) -> Void = { settings in
      settings.only = ["node--topic"]
      settings.pageLimit = 12
      settings.sweepRequests = 1
      settings.maxRemovalShare = 1
    }
    var rounds = 0
    // A page gets on by two rows; then each of the stretch is asked for.
    while rounds < 200 {
      rounds += 1
      let outcome = try await bench.round(configure: slice)
      #expect(outcome.report.failures.isEmpty)
      if outcome.report.sweeps.contains(where: \.isFinished) { break }
    }
    #expect(rounds < 200)
    try bench.expectEqual()
  }

  /// The site goes away while candidates are asked for: none of them is given up for that, and the sweep goes on when it is back.
  @Test(arguments: [Fault.unavailable(retryAfter: nil), .pageInsteadOfDocument, .truncatedBody])
  func aSiteThatIsAwayDecidesNothing(fault: Fault) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in for id in ids.prefix(3) { try community.delete(id) } }
    let away: InProcessTransport.Before = { _, target in
      if target.hasSuffix("/\(ids[1])") { bench.site.faults.inject(fault, times: 10_000, below: "/jsonapi") }
    }
    await #expect(throws: (any Error).self) { try await bench.round(configure: { $0.sweep = .now }, before: away) }
    for id in ids.prefix(3) { #expect(try bench.mirrored()["node--topic/\(id)"] != nil) }
    bench.site.faults.clear()
    let outcome = try await bench.round()
    #expect(outcome.report.removed == 3)
    try bench.expectEqual()
  }

  /// It answers all but these: the sweep is over without them.
  @Test(arguments: [Fault.unavailable(retryAfter: nil), .pageInsteadOfDocument, .truncatedBody, .serverError])
  func whatAloneDoesNotAnswerStays(fault: Fault) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let ids = bench.site.community.ids(of: "node--topic")
    try bench.site.withCommunity { community in for id in ids.prefix(3) { try community.conceal(id, .vanished) } }
    bench.site.faults.inject(fault, times: 10_000, below: "/jsonapi/node/topic/\(ids[1])")
    let outcome = try await bench.round(configure: { $0.sweep = .now })
    let swept = try #require(outcome.report.sweeps.first { $0.type == "node--topic" })
    #expect(swept.isFinished && swept.failure == nil && swept.undecided == 1 && swept.removed == 2)
    #expect(try bench.mirrored()["node--topic/\(ids[1])"] != nil)
  }

  /// Hidden when it was asked for, it is shown again before the removals begin, without a new `changed`.
  @Test func whatIsShownAgainMeanwhileStays() async throws {
    let scene = try await Scene { try $0.conceal($1, .vanished) }
    let bench = scene.bench
    var shown: String?
    let swept = try await scene.sweep { targets in
      guard shown == nil else { return }
      guard let id = scene.gone.first(where: { targets.contains("/jsonapi/node/topic/\($0)") }) else { return }
      try bench.site.withCommunity { try $0.conceal(id, .none) }
      shown = id
    }
    let id = try #require(shown)
    #expect(swept.removed == scene.gone.count - 1)
    #expect(try bench.mirrored()["node--topic/\(id)"] != nil)
    #expect(try !bench.mirror.reading.tombstones(of: "node--topic").contains { "\($0.uuid)" == id })
  }
}
