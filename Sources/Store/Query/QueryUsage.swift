import Synchronization

/// Counts in memory what queries had to read out of documents; taken from time to time, for `Indexing.note`.
package final class QueryUsage: Sendable {
  private let known = Mutex<[PathUse: PathUsage]>([:])
  /// Paths are the site's, not the client's, but types times attributes can be many.
  private static let most = 1_000

  func note(_ uses: [PathUse], milliseconds: Int64) {
    guard !uses.isEmpty else { return }
    known.withLock { known in
      for use in uses where known.count < QueryUsage.most || known[use] != nil {
        known[use, default: PathUsage()].queries += 1
        known[use, default: PathUsage()].slowestMilliseconds = max(
          known[use]?.slowestMilliseconds ?? 0, milliseconds)
      }
    }
  }

  /// What was counted since the last time.
  package func take() -> [PathUse: PathUsage] {
    known.withLock { known in
      defer { known = [:] }
      return known
    }
  }
}
