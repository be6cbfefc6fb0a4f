import Foundation
import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

private struct PowerCut: Error {}

/// Rounds that end in the middle.
@Suite struct InterruptionTests {
  @Test(arguments: 1...12) func whatWasCommittedIsNotReadAgain(seed: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "comment", "user"])
    var dice = Dice(seed: seed)
    let last = 2 + dice.roll(20)
    let isCancelled = dice.roll(2) == 0
    await #expect(throws: (any Error).self, "seed \(seed)") {
      try await bench.round(before: { number, _ in
        if number == last { throw isCancelled ? CancellationError() as any Error : PowerCut() }
      })
    }
    let types = try bench.mirror.reading.types()
    let left = try Dictionary(
      uniqueKeysWithValues: types.map { ($0.path ?? "", try bench.mirror.pulling.stretches(of: $0.name)) })
    let begun = Set(types.filter { $0.cursor != nil }.compactMap(\.path))
    let outcome = try await bench.round()
    #expect(outcome.report.failures.isEmpty, "seed \(seed)")
    for target in outcome.targets {
      guard let asked = ListingQuery(target), begun.contains(asked.path) else { continue }
      let offset = left[asked.path]?.first { $0.first < 0 }?.offset ?? .max
      #expect(asked.offset >= offset, "seed \(seed): \(target)")
    }
    try bench.expectEqual("seed \(seed):")
    let status = try bench.mirror.reporting.status()
    #expect(status.runs.map(\.outcome) == ["complete", isCancelled ? "interrupted" : "failed"], "seed \(seed)")
  }

  /// All that a first reading was to read on is gone when it goes on: it begins anew, and the type does not fail for ever.
  @Test(arguments: 4...8) func aReadingWhoseRestIsGoneBeginsAnew(last: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["event_enrollment"])
    let type = try #require(bench.types.first)
    _ = bench.site.withCommunity { $0.silentlyRefusesFilter.insert(type) }
    await #expect(throws: CancellationError.self) {
      try await bench.round(before: { number, _ in if number == last { throw CancellationError() } })
    }
    bench.site.clockOffset += 400
    try bench.site.withCommunity { community in
      for id in community.ids(of: type) { try community.delete(id) }
    }
    try await bench.round(configure: { $0.sweep = .now })
    try await bench.round(configure: { $0.acceptedRemovals = [type] })
    bench.site.clockOffset += 400
    let quiet = try await bench.round()
    #expect(quiet.report.failures.isEmpty, "\(quiet.report.failures)")
    #expect(try bench.mirror.reading.count(of: type) == 0)
  }

  /// What the page of the newest had is gone when a first reading goes on, and the last that is left fails alone, whether the site
  /// lists it or names it as left out: that is the end, and the type does not fail for ever.
  @Test(arguments: [false, true], 6...14) func aReadingThatGoesOnEndsWithARowThatFailsAlone(
    isOmitted: Bool, last: Int
  ) async throws {
    let bench = try Bench(quietSite { $0.habits = [.poison] }, entityTypes: ["comment"])
    let type = try #require(bench.types.first)
    await #expect(throws: CancellationError.self) {
      try await bench.round(
        concurrency: 1, configure: { $0.pageLimit = 5 },
        before: { number, _ in if number == last { throw CancellationError() } })
    }
    bench.site.clockOffset += 400
    let poisoned = bench.site.poisoned(of: type)
    try bench.site.withCommunity { community in
      let ids = community.ids(of: type)
      let end = try #require(ids.lastIndex { poisoned.contains($0) })
      for id in ids[(end + 1)...] { try community.delete(id) }
      if isOmitted { try community.conceal(ids[end], .omitted) }
    }
    try await bench.round(configure: { ($0.sweep, $0.pageLimit) = (.now, 5) })
    bench.site.clockOffset += 400
    let quiet = try await bench.round(configure: { ($0.sweep, $0.acceptedRemovals, $0.pageLimit) = (.now, [type], 5) })
    #expect(quiet.report.failures.isEmpty, "\(quiet.report.failures)")
    #expect(quiet.report.sweeps.allSatisfy { $0.failure == nil }, "\(quiet.report.sweeps.compactMap(\.failure))")
  }

  /// Interrupted again and again, each time a little further: the pull must come to its end.
  @Test func everyInterruptedRoundGetsFurther() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node"])
    var turns = 0
    while turns < 60 {
      turns += 1
      do {
        try await bench.round(concurrency: 1, before: { number, _ in if number == 7 { throw CancellationError() } })
        break
      } catch is CancellationError {}
    }
    #expect(turns < 60)
    #expect(turns > 1)
    try bench.expectEqual()
  }
}

/// The place in a request of a type's listing.
private struct ListingQuery {
  let path: String
  let offset: Int

  /// Nil for other requests. The target is decoded.
  init?(_ target: String) {
    let parts = target.split(separator: "?", maxSplits: 1)
    guard parts.count == 2, parts[1].hasPrefix("sort=drupal") else { return nil }
    path = String(parts[0])
    let found = parts[1].split(separator: "&").first { $0.hasPrefix("page[offset]=") }
    offset = found.flatMap { $0.split(separator: "=").last }.flatMap { Int($0) } ?? 0
  }
}
