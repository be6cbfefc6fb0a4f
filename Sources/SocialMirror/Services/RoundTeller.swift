import JSONAPI
import Synchronization
import SyncAgent

/// What a round is at, in one line for people. Decides from what the round reports.
struct RoundStatus: Sendable {
  private var types = 0
  private var read = 0
  private var swept = 0

  /// Takes what happened.
  /// - Returns: the line, where it has become another one.
  mutating func note(_ event: SyncEvent) -> String? {
    switch event {
    case .started(let names): (types, read, swept) = (names.count, 0, 0)
    case .finished: read += 1
    case .swept: swept += 1
    case .estimated, .stored, .drifted: return nil
    }
    let sweeps = swept > 0 ? ", \(swept) swept" : ""
    return "Round: \(min(read, types)) of \(types) types read\(sweeps)"
  }

  /// What a round came to.
  /// - Parameters:
  ///   - time: Unix seconds.
  ///   - intervalSeconds: from one round's start to the next.
  static func ended(_ report: SyncReport, at time: Int64, intervalSeconds: Int) -> String {
    let failures = report.failures.count
    return "Round at \(RFC3339.text(unixSeconds: time)): \(report.inserted) new, \(report.updated) changed, "
      + "\(report.removed) removed\(failures > 0 ? "; \(failures) types could not be read" : ""); every \(intervalSeconds) s"
  }
}

/// Tells the service manager what the daemon's rounds are at. Several tasks report at once.
final class RoundTeller: Sendable {
  private let notifier: ServiceNotifier
  private let status = Mutex(RoundStatus())

  init(_ notifier: ServiceNotifier) { self.notifier = notifier }

  /// Something happened in a round.
  func note(_ event: SyncEvent) {
    // Within the lock, or an older line could come last.
    status.withLock { status in
      if let line = status.note(event) { notifier.tell(line) }
    }
  }

  /// A round came to its end.
  func ended(_ report: SyncReport, at time: Int64, intervalSeconds: Int) {
    notifier.tell(RoundStatus.ended(report, at: time, intervalSeconds: intervalSeconds))
  }

  /// What keeps the rounds from going on.
  func tell(_ trouble: String) { notifier.tell(trouble) }
}
