import Reports
import Store
import Synchronization

/// The state of the mirror as it was gathered last. To gather it, rows are counted: it is done at most so often that it takes a small
/// part of one thread's time, however often it is asked for.
final class KnownState: Sendable {
  /// What was gathered.
  struct Gathered: Sendable {
    var report: StatusReport
    var files: FileTotals
    var rounds: RoundTimes
  }

  private struct State {
    var gathered: Gathered?
    var until = ContinuousClock.now
  }

  private let mirror: Mirror
  private let now: @Sendable () -> Int64
  private let completing: @Sendable (inout StatusReport) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - now: Unix seconds of this machine.
  ///   - completing: adds to a report what the mirror does not know.
  init(
    _ mirror: Mirror, now: @escaping @Sendable () -> Int64,
    completing: @escaping @Sendable (inout StatusReport) -> Void
  ) {
    self.mirror = mirror
    self.now = now
    self.completing = completing
  }

  /// The state; ages in it are those of now.
  /// - Throws: a fault of the mirror.
  func gathered() async throws -> Gathered {
    if let known { return known }
    return try await AdminThreads.run { [self] in
      // Who waited behind another need not count again.
      if let known { return known }
      let began = ContinuousClock.now
      var report = try StatusReport(of: mirror, withIndexes: true, at: now())
      completing(&report)
      let gathered = Gathered(
        report: report, files: try mirror.files.fileTotals(), rounds: try mirror.reporting.roundTimes())
      let ended = ContinuousClock.now
      let life = min(max(.seconds(1), (ended - began) * 20), .seconds(300))
      state.withLock { $0 = State(gathered: gathered, until: ended + life) }
      return gathered
    }
  }

  private var known: Gathered? {
    var known = state.withLock { ContinuousClock.now < $0.until ? $0.gathered : nil }
    known?.report.now = now()
    return known
  }
}
