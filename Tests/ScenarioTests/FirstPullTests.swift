import JSONAPI
import SampleSite
import Support
import SyncAgent
import Testing

/// The first rounds of a mirror.
@Suite struct FirstPullTests {
  @Test func theFirstPullIsTheRecordedCommunity() async throws {
    let bench = try Bench(quietSite())
    let outcome = try await bench.round()
    #expect(outcome.report.failures.isEmpty)
    let recorded = try RecordedCrawl.resources()
    let mirrored = try bench.mirrored(base: "{{BASE}}")
    expectSame(mirrored, recorded)
    #expect(outcome.report.inserted == recorded.count)
    #expect(outcome.report.requests == outcome.targets.count)

    let second = try await bench.round()
    #expect(second.report.failures.isEmpty)
    #expect(second.report.inserted == 0)
    #expect(second.report.updated == 0)
    #expect(second.targets.count == bench.types.count + 1, "one request a type, and the entry point")
    #expect(Set(second.report.types.map(\.requests)) == [1])

    let full = try await bench.round(full: true)
    #expect(full.report.inserted == 0)
    #expect(full.report.updated == 0)
    #expect(full.targets.count > second.targets.count)
    try bench.expectEqual()
  }

  @Test func aChangeCostsNoMoreThanItsPage() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "comment"])
    try await bench.round()
    bench.site.clockOffset = 1000
    let now = bench.site.now
    try bench.site.withCommunity { community in
      try community.edit(community.ids(of: "node--topic")[3], at: now, attributes: [("title", "Edited")])
    }
    bench.site.clockOffset = 2000
    let outcome = try await bench.round()
    #expect(outcome.report.updated == 1)
    #expect(outcome.report.inserted == 0)
    #expect(outcome.targets.count == bench.types.count + 1)
    try bench.expectEqual()
  }

  /// More than two pages of edits and creations share one second with each other and with what was last read.
  @Test(arguments: [0, 300]) func manyChangesInOneSecondArrive(settleWindow: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round(settleWindow: settleWindow)
    for turn in 1...3 {
      bench.site.clockOffset = 1000 * Double(turn)
      let now = bench.site.now
      try bench.site.withCommunity { community in
        for id in community.ids(of: "node--topic").prefix(60) {
          try community.edit(id, at: now, attributes: [("title", .string("Turn \(turn)"))])
        }
        for _ in 0..<60 { try community.create("node--topic", at: now, attributes: [("title", "New")]) }
      }
      bench.site.clockOffset += 1
      let outcome = try await bench.round(settleWindow: settleWindow)
      #expect(outcome.report.updated == 60)
      #expect(outcome.report.inserted == 60)
      try bench.expectEqual("turn \(turn)")
    }
  }

  /// A write whose time lies before what a round has already read: it takes up to the settle window to become visible.
  @Test func aWriteThatBecomesVisibleLateArrives() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    let begun = bench.site.now + 10
    bench.site.clockOffset = 20
    let later = bench.site.now
    try bench.site.withCommunity { try $0.edit($0.ids(of: "node--topic")[0], at: later) }
    bench.site.clockOffset = 60
    try await bench.round()
    try bench.site.withCommunity { community in
      _ = try community.create("node--topic", at: begun, attributes: [("title", "Late")])
    }
    let outcome = try await bench.round()
    #expect(outcome.report.inserted == 1)
    try bench.expectEqual()
  }

  @Test func onlyTheTypesThatAreAskedForAreRead() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["taxonomy_term"])
    let outcome = try await bench.round()
    #expect(
      outcome.targets.allSatisfy {
        $0.hasPrefix("/jsonapi/taxonomy_term/") || $0 == "/jsonapi" || $0.hasPrefix("/openapi/")
      })
    try bench.expectEqual()
    let none = try Bench(quietSite(), entityTypes: ["nodes"])
    await #expect(throws: SyncFault.self) { try await none.round() }
  }
}
