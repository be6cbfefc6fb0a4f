import JSONAPI
import SampleSite
import Store
import SyncAgent
import Testing
import Upstream

/// `sync --sweep` that was cut short goes on with the next.
@Suite struct SweepResumeTests {
  /// What an earlier round had listed was a wrong answer, empty: that comes out with the first candidate, and the round that sees it
  /// lists the type anew.
  @Test func aListingThatWasEmptyByMistakeIsMadeAgainAtOnce() async throws {
    let bench = try Bench(quietSite(), entityTypes: ["event_enrollment"])
    try await bench.round()
    bench.site.clockOffset += 100
    let first = try await bench.round(
      configure: {
        $0.sweep = .now
        $0.sweepRequests = 1
      },
      after: { target, response in
        guard target.contains("sort=drupal"), !target.contains("filter") else { return response }
        var response = response
        response.body = Array(#"{"jsonapi":{"version":"1.0"},"data":[],"links":{}}"#.utf8)
        return response
      })
    #expect(first.report.sweeps.allSatisfy { !$0.isFinished && $0.failure == nil }, "\(first.report.sweeps)")
    let second = try await bench.round(configure: { $0.sweep = .now })
    #expect(second.report.failures.isEmpty && second.report.removed == 0)
    #expect(second.report.sweeps.allSatisfy { $0.isFinished && $0.failure == nil }, "\(second.report.sweeps)")
    try bench.expectEqual()
  }

  @Test(arguments: [4, 9, 15]) func whatWasSweptIsNotSweptAgain(cut: Int) async throws {
    let bench = try Bench(quietSite(), entityTypes: ["node", "comment", "user"])
    try await bench.round()
    let whole = try await bench.round(concurrency: 1, configure: { $0.sweep = .now }).targets.count
    bench.site.clockOffset += 100
    let pulls = try await bench.round(concurrency: 1, configure: { $0.sweep = .never }).targets.count
    await #expect(throws: CancellationError.self) {
      try await bench.round(
        concurrency: 1, configure: { $0.sweep = .now },
        before: { number, _ in if number == pulls + cut { throw CancellationError() } })
    }
    bench.site.clockOffset += 100
    let rest = try await bench.round(concurrency: 1, configure: { $0.sweep = .now })
    #expect(rest.report.sweeps.allSatisfy { $0.isFinished })
    // At most the page that was under way, and the overlap of a listing, are asked for twice.
    #expect(rest.targets.count <= whole - cut + 4, "\(rest.targets.count) of \(whole)")
    #expect(
      try bench.mirror.reading.types().filter { bench.types.contains($0.name) }.allSatisfy { $0.sweep?.started == nil })
    // The one after it begins anew.
    bench.site.clockOffset += 100
    #expect(try await bench.round(concurrency: 1, configure: { $0.sweep = .now }).targets.count >= whole - 1)
    try bench.expectEqual()
  }
}
