import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing

/// Types whose filters silently show nothing, or less.
@Suite struct ProbeTests {
  /// The last of 130 topics of the order are on the third page: what changes meanwhile must not be lost.
  @Test(arguments: [5, 10, 50]) func aTypeWhoseFiltersAreRefusedIsWalked(pageLimit: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    bench.site.withCommunity { _ = $0.silentlyRefusesFilter.insert("node--topic") }
    let configure: (inout SyncSettings) -> Void = { settings in
      settings.sweep = .never
      settings.pageLimit = pageLimit
    }
    let first = try await bench.round(configure: configure)
    #expect(first.report.failures.isEmpty, "\(first.report.failures)")
    try bench.expectEqual("first")
    #expect(try bench.mirror.reading.types().first { $0.name == "node--topic" }?.probe?.outcome == .refused)
    bench.site.clockOffset += 1000
    let now = bench.site.now
    try bench.site.withCommunity { community in
      let ids = community.ids(of: "node--topic")
      for id in [ids[2], ids[70]] { try community.edit(id, at: now, attributes: [("title", "Edited")]) }
      try community.create("node--topic", at: now, attributes: [("title", "New")])
    }
    bench.site.clockOffset += 1000
    let second = try await bench.round(configure: configure)
    #expect(second.report.inserted == 1 && second.report.updated == 2)
    try bench.expectEqual("second")
  }

  /// Filters stop working between two probes: the resource on the cursor is missing, and the site is asked why.
  @Test func filtersThatStopWorkingAreNoticedAtOnce() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    try await bench.round()
    bench.site.clockOffset += 1000
    let now = bench.site.now
    try bench.site.withCommunity { community in
      _ = community.silentlyRefusesFilter.insert("node--topic")
      try community.edit(community.ids(of: "node--topic")[4], at: now, attributes: [("title", "Edited")])
    }
    bench.site.clockOffset += 1000
    let outcome = try await bench.round()
    #expect(outcome.report.updated == 1)
    try bench.expectEqual()
  }

  /// A day later the site is asked again.
  @Test func aProbeIsGoodForADay() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    bench.site.withCommunity { _ = $0.silentlyRefusesFilter.insert("node--topic") }
    try await bench.round()
    bench.site.withCommunity { $0.silentlyRefusesFilter = [] }
    try await bench.round()
    func outcome() throws -> FilterProbe.Outcome? {
      try bench.mirror.reading.types().first { $0.name == "node--topic" }?.probe?.outcome
    }
    #expect(try outcome() == .refused)
    bench.site.clockOffset += 86_401
    try await bench.round()
    #expect(try outcome() == .work)
    try bench.expectEqual()
  }
}
