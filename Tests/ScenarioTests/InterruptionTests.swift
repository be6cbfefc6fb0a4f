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
    let committed = Dictionary(uniqueKeysWithValues: try bench.mirror.types().map { ($0.path ?? "", $0) })
    let outcome = try await bench.round()
    #expect(outcome.report.failures.isEmpty, "seed \(seed)")
    for target in outcome.targets {
      guard let asked = KeysetQuery(target), let cursor = committed[asked.path]?.cursor else { continue }
      #expect((asked.changed, asked.id) >= (cursor.changed, max(0, cursor.internalID - 1)), "seed \(seed): \(target)")
    }
    try bench.expectEqual("seed \(seed):")
    let status = try bench.mirror.status()
    #expect(status.runs.map(\.outcome) == ["complete", isCancelled ? "interrupted" : "failed"], "seed \(seed)")
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

/// The key in a request of the pull.
struct KeysetQuery {
  let path: String
  let changed: Int64
  let id: Int64

  /// Nil for other requests. The target is decoded.
  init?(_ target: String) {
    let parts = target.split(separator: "?", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    func value(_ name: String) -> Int64? {
      parts[1].split(separator: "&").first { $0.hasPrefix("filter[\(name)][condition][value]=") }
        .flatMap { $0.split(separator: "=").last }.flatMap { Int64($0) }
    }
    guard let changed = value("gt"), let id = value("ix") else { return nil }
    (self.path, self.changed, self.id) = (String(parts[0]), changed, id)
  }
}
