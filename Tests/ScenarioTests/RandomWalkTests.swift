import JSONAPI
import SampleSite
import SyncAgent
import Synchronization
import Testing

/// A community that changes between any two requests of the rounds that read it.
@Suite struct RandomWalkTests {
  private static let settleWindow = 30

  @Test(arguments: 1...30) func theMirrorCatchesUp(seed: Int) async throws {
    let site = try quietSite { $0.seed = UInt64(seed) }
    let bench = try Bench(site, entityTypes: seed % 3 == 0 ? ["node", "comment"] : ["node"])
    let walk = Walk(site, seed: seed, window: Self.settleWindow)
    for _ in 0..<3 {
      for _ in 0..<5 { try walk.step() }
      let outcome = try await bench.round(
        settleWindow: Self.settleWindow, concurrency: 1 + seed % 3, before: { _, _ in try walk.step() })
      #expect(outcome.report.failures.isEmpty, "seed \(seed): \(outcome.report.failures)")
    }
    site.clockOffset += Double(Self.settleWindow) + 1
    try await bench.round(settleWindow: Self.settleWindow)
    #expect(walk.changes > 0, "seed \(seed) changed nothing")
    try bench.expectEqual("seed \(seed), \(walk.changes) changes:")
  }
}

/// Random edits and creations, some of which become visible later than their time says.
private final class Walk: Sendable {
  private let site: SampleSite
  private let window: Int
  private let state: Mutex<(dice: Dice, changes: Int)>

  init(_ site: SampleSite, seed: Int, window: Int) {
    self.site = site
    self.window = window
    state = Mutex((Dice(seed: seed), 0))
  }

  var changes: Int { state.withLock { $0.changes } }

  /// Lets some time pass, or some things happen, or neither.
  func step() throws {
    try state.withLock { state in
      if state.dice.roll(3) == 0 { site.clockOffset += Double(state.dice.roll(4)) }
      for _ in 0..<state.dice.roll(4) {
        let late = state.dice.roll(3) == 0 ? state.dice.roll(window) : 0
        let time = site.now - Int64(late)
        let type = ["node--topic", "node--topic", "node--event", "comment--comment"][state.dice.roll(4)]
        let title: [(String, JSON)] = [
          (type == "comment--comment" ? "subject" : "title", .string("Change \(state.changes)"))
        ]
        let creates = state.dice.roll(3) == 0
        let pick = state.dice.roll(1 << 20)
        try site.withCommunity { community in
          if creates {
            try community.create(type, at: time, attributes: title)
          } else {
            let ids = community.ids(of: type)
            try community.edit(ids[pick % ids.count], at: time, attributes: title)
          }
        }
        state.changes += 1
      }
    }
  }
}
