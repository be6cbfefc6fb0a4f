import Reports
import Store

/// The state of the mirror as it was gathered last (`Paced`): rows are counted for it. One for all who tell it on the admin port.
package final class KnownState: Sendable {
  /// What was gathered.
  struct Gathered: Sendable {
    var report: StatusReport
    var files: FileTotals
    var rounds: RoundTimes
  }

  private let now: @Sendable () -> Int64
  private let paced: Paced<Gathered>

  /// - Parameters:
  ///   - now: Unix seconds of this machine.
  ///   - completing: adds to a report what the mirror does not know.
  package init(
    _ mirror: Mirror, now: @escaping @Sendable () -> Int64,
    completing: @escaping @Sendable (inout StatusReport) -> Void
  ) {
    self.now = now
    paced = Paced {
      var report = try StatusReport(of: mirror, withIndexes: true, at: now())
      completing(&report)
      return Gathered(report: report, files: try mirror.files.fileTotals(), rounds: try mirror.reporting.roundTimes())
    }
  }

  /// The state; ages in it are those of now.
  /// - Throws: a fault of the mirror.
  func gathered() async throws -> Gathered {
    var known = try await paced.gathered()
    known.report.now = now()
    return known
  }
}
