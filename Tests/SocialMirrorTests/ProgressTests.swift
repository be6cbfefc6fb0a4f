@testable import Store
import Testing

@testable import SocialMirror
@testable import SyncAgent

/// The line that shows how a round goes.
@Suite struct ProgressTests {
  private func stored(_ count: Int) -> SyncEvent {
    var outcome = ApplyOutcome()
    outcome.inserted = count
    return .stored(outcome)
  }

  private func finished(_ type: String, _ seen: Int) -> SyncEvent {
    var part = TypeReport(type: type)
    part.seen = seen
    return .finished(part)
  }

  private func line(_ events: [SyncEvent], seconds: Double = 10) -> String {
    var figures = ProgressFigures()
    for event in events { figures.note(event) }
    return figures.line(seconds: seconds)
  }

  /// Serial numbers are shared by all types of an entity type, and most of them may be gone: once its types are read, nothing is
  /// left of it.
  @Test func whatWasReadToItsEndLeavesNothing() {
    let begin: [SyncEvent] = [
      .started(types: ["node--event", "node--topic", "user--user"]),
      .estimated(type: "node--topic", highestID: 100_000),
    ]
    #expect(line(begin + [stored(500)]) == "500 resources, 50/s, 0 of 3 types")
    let all = begin + [.estimated(type: "user--user", highestID: 400), stored(500)]
    #expect(line(all) == "500 resources, 50/s, 0 of 3 types, at most 99900 more")
    let read = all + [finished("node--topic", 450), finished("node--event", 50), stored(100)]
    #expect(line(read) == "600 resources, 60/s, 2 of 3 types, at most 5 s left")
    #expect(line(read + [finished("user--user", 100)]) == "600 resources, 60/s, 3 of 3 types")
  }

  /// What a sweep looks at was read before.
  @Test func sweepsAreCountedByThemselves() {
    var part = SweepReport(type: "node--topic")
    part.seen = 130
    part.isFinished = true
    let events: [SyncEvent] = [
      .started(types: ["node--topic"]), stored(130), finished("node--topic", 130), .swept(part),
    ]
    #expect(line(events) == "130 resources read, 130 looked at by sweeps, 1 of 1 types swept")
  }
}
