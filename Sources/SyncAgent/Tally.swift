import Store
import Synchronization

/// What a round has done so far, added to by its tasks.
final class Tally: Sendable {
  private let state = Mutex(SyncReport())

  func add(_ part: TypeReport) {
    state.withLock { report in
      report.types.append(part)
      report.types.sort { $0.type < $1.type }
    }
  }

  func add(_ outcome: ApplyOutcome) {
    state.withLock { report in
      report.inserted += outcome.inserted
      report.updated += outcome.updated
    }
  }

  var report: SyncReport { state.withLock { $0 } }

  /// For the ledger.
  var parts: [(type: String, requests: Int, outcome: RunOutcome)] {
    report.types.map { ($0.type, $0.requests, $0.failure == nil ? .complete : .failed) }
  }
}
