import Logging
import Testing

@testable import SocialMirror
@testable import SyncAgent

/// What rounds say in the log: an idle daemon is silent, and nothing that goes wrong is.
@Suite struct RoundLogTests {
  private static func report(_ change: (inout SyncReport) -> Void = { _ in }) -> SyncReport {
    var report = SyncReport()
    change(&report)
    return report
  }

  private static let held = report {
    $0.held = [HeldRemovals(type: "node--topic", candidates: 5, rows: 9)]
  }

  private func levels(_ log: inout RoundLog, _ report: SyncReport, at now: Double) -> [Logger.Level] {
    log.lines(of: report, took: 1.26, at: now).map(\.level)
  }

  @Test func anIdleDaemonIsSilent() {
    var log = RoundLog()
    #expect(levels(&log, Self.report(), at: 0) == [.info])
    for minute in 1...100 { #expect(levels(&log, Self.report(), at: Double(minute) * 60) == [.debug]) }
    #expect(levels(&log, Self.report { $0.updated = 1 }, at: 9_000) == [.info])
  }

  @Test func aRoundIsOneLine() {
    var log = RoundLog()
    let lines = log.lines(of: Self.report { ($0.inserted, $0.updated) = (3, 2) }, took: 1.26, at: 0)
    #expect(lines.map(\.message) == ["round"])
    #expect(
      lines[0].fields == ["new": "3", "changed": "2", "requests": "0", "types": "0", "removed": "0", "seconds": "1.3"])
  }

  /// It is said at once, not with every round, again after an hour, and that it is over.
  @Test func whatStaysWrongIsSaidOnceAnHour() {
    var log = RoundLog()
    #expect(levels(&log, Self.held, at: 0) == [.info, .warning])
    #expect(levels(&log, Self.held, at: 60) == [.debug, .debug])
    #expect(levels(&log, Self.held, at: 3_599) == [.debug, .debug])
    #expect(levels(&log, Self.held, at: 3_600) == [.debug, .warning])
    #expect(levels(&log, Self.held, at: 3_660) == [.debug, .debug])
    #expect(levels(&log, Self.report(), at: 3_720) == [.info])
    #expect(levels(&log, Self.held, at: 3_780) == [.debug, .warning])
  }

  @Test func thatTheSiteIsBackIsSaid() {
    var log = RoundLog()
    _ = log.lines(of: Self.report(), took: 1, at: 0)
    log.failed()
    #expect(levels(&log, Self.report(), at: 60) == [.info])
    #expect(levels(&log, Self.report(), at: 120) == [.debug])
  }
}
