import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

private func sweepNow(_ settings: inout SyncSettings) { settings.sweep = .now }

/// Pages that are too much for the site, and rows that it cannot show.
@Suite struct WeightTests {
  /// What the site would show with nothing wrong.
  private func truth(_ bench: Bench) throws -> [String: JSON] {
    let habits = bench.site.habits
    bench.site.habits = []
    defer { bench.site.habits = habits }
    return try bench.site.truth(bench.types)
  }

  /// Everything but the rows that fail alone, and those are named.
  private func expectAllButPoison(_ bench: Bench, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (truth, mirrored) = (try truth(bench), try bench.mirrored())
    let named = Set(try bench.mirror.reading.oddities().filter { $0.kind == .row }.map { "\($0.type)/\($0.subject)" })
    let missing = Set(truth.keys).subtracting(mirrored.keys)
    #expect(
      missing == named, "\(missing.symmetricDifference(named).sorted().prefix(5))", sourceLocation: sourceLocation)
    expectSame(mirrored, truth.filter { !missing.contains($0.key) }, sourceLocation: sourceLocation)
  }

  /// Rows here and there, and some in a row: all others come, in the first round and with every change; once the rows are in
  /// order, the sweep brings them and nothing is set aside any more.
  @Test(arguments: [false, true]) func poisonCostsItselfAlone(filtersAreRefused: Bool) async throws {
    let bench = try Bench(quietSite { $0.habits = [.poison] })
    if filtersAreRefused {
      let types = bench.types
      bench.site.withCommunity { $0.silentlyRefusesFilter.formUnion(types) }
    }
    let first = try await bench.round()
    #expect(first.report.failures.isEmpty, "\(first.report.failures)")
    #expect(first.report.sweeps.allSatisfy { $0.failure == nil })
    try expectAllButPoison(bench)
    #expect(try bench.mirror.reading.oddities().count > 5)

    // A row behind the poison changes.
    bench.site.clockOffset += 1000
    let now = bench.site.now
    let mirrored = try bench.mirrored()
    let id = try #require(bench.site.community.ids(of: "node--topic").last { mirrored["node--topic/\($0)"] != nil })
    try bench.site.withCommunity { try $0.edit(id, at: now, attributes: [("title", "Edited")]) }
    try await bench.round(configure: { $0.sweep = .never })
    #expect(try bench.mirrored()["node--topic/\(id)"]?["attributes"]?["title"] == "Edited")

    bench.site.habits = []
    bench.site.clockOffset += 1000
    let healed = try await bench.round(configure: sweepNow)
    #expect(healed.report.failures.isEmpty)
    try bench.expectEqual()
    #expect(try bench.mirror.reading.oddities().filter { $0.kind == .row }.isEmpty)
  }

  /// Rows that fail are left out of the listing that names them, too: they are named by their places, and no neighbour that has come
  /// is named instead.
  @Test(arguments: [false, true]) func noNeighbourOfPoisonIsNamed(filtersAreRefused: Bool) async throws {
    let bench = try Bench(quietSite { $0.habits = [.poison] })
    let poisoned = bench.site.poisoned(of: "node--topic")
    let types = bench.types
    try bench.site.withCommunity { community in
      for id in poisoned { try community.conceal(id, .omitted) }
      if filtersAreRefused { community.silentlyRefusesFilter.formUnion(types) }
    }
    let outcome = try await bench.round()
    #expect(outcome.report.failures.isEmpty, "\(outcome.report.failures)")
    let mirrored = try bench.mirrored()
    let rows = try bench.mirror.reading.oddities().filter { $0.kind == .row && $0.type == "node--topic" }
    let named = rows.map(\.subject)
    #expect(!named.isEmpty)
    #expect(named.filter { mirrored["node--topic/\($0)"] != nil } == [])
  }

  /// What was stored before it became poison stays, whatever a sweep sees.
  @Test func poisonRemovesNothing() async throws {
    let bench = try Bench(quietSite())
    try await bench.round()
    let before = try bench.mirrored()
    bench.site.habits = [.poison]
    let swept = try await bench.round(configure: sweepNow)
    #expect(swept.report.removed == 0)
    #expect(swept.report.held.isEmpty)
    #expect(try bench.mirrored() == before)
    #expect(try !bench.mirror.reading.oddities().isEmpty)
    // One of them is really deleted: its own 404 says so.
    let thing = try #require(try bench.mirror.reading.oddities().first { $0.type == "node--topic" })
    try bench.site.withCommunity { try $0.delete(thing.subject) }
    let again = try await bench.round(configure: sweepNow)
    #expect(again.report.removed == 1)
    #expect(try bench.mirrored()["node--topic/\(thing.subject)"] == nil)
  }

  /// Pages over twelve rows fail: everything comes, and the site is not asked for more again and again.
  @Test(arguments: [false, true]) func heavyPagesComeInPieces(isCapped: Bool) async throws {
    let bench = try Bench(quietSite { $0.habits = isCapped ? [.heavyPages, .cappedPages] : [.heavyPages] })
    let outcome = try await bench.round()
    #expect(outcome.report.failures.isEmpty, "\(outcome.report.failures)")
    expectSame(try bench.mirrored(), try truth(bench))
    #expect(try bench.mirror.reading.oddities().isEmpty)
    let rows = try bench.mirrored().count
    // Pull and sweep in pages of at most twelve, and what finding that out costs for each type.
    #expect(outcome.targets.count < 2 * rows / 6 + 30 * bench.types.count, "\(outcome.targets.count)")
    let report = try await Verification(
      site: try bench.connection(), mirror: bench.mirror,
      settings: SyncSettings(entityTypes: bench.entityTypes, concurrency: 2, settleWindowSeconds: 300)
    ).run()
    #expect(report.differences.isEmpty && report.failures.isEmpty)
  }

  /// A site that is away is no page that is too heavy: it costs each type a few requests, not a hunt for rows.
  @Test(arguments: [Fault.unavailable(retryAfter: nil), .serverError, .truncatedBody, .pageInsteadOfDocument])
  func aSiteThatIsAwayCostsNoStorm(fault: Fault) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    bench.site.faults.inject(fault, times: 100_000, below: "/jsonapi", after: 1)
    let asked = bench.site.log.count
    let outcome = try? await bench.round()
    #expect(outcome == nil || outcome?.report.failures.isEmpty == false)
    #expect(bench.site.log.count - asked < 40 * bench.types.count, "\(bench.site.log.count - asked)")
    #expect(try bench.mirror.reading.oddities().isEmpty)
    bench.site.faults.clear()
    try await bench.round()
    try bench.expectEqual()
  }

  /// A type of which nothing can be read fails by itself, after a bounded number of requests.
  @Test func aTypeThatFailsWhollyIsBounded() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    bench.site.faults.inject(.serverError, times: 100_000, below: "/jsonapi/node/topic")
    let asked = bench.site.log.count
    let outcome = try await bench.round()
    #expect(outcome.report.failures.map(\.type) == ["node--topic"])
    #expect(bench.site.log.count - asked < 80, "\(bench.site.log.count - asked)")
  }
}

extension Bench {
  /// The site as a program connects to it, waiting for nothing.
  func connection() throws -> Site {
    try site.connection(
      InProcessTransport(site, before: { _, _ in }, after: { _, response in response }), MemoryTokenVault())
  }
}
