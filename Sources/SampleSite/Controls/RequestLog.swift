import Synchronization

/// What was asked and answered, for tests and the demo. Safe to use from anywhere.
package final class RequestLog: Sendable {
  /// One request.
  package struct Entry: Sendable, Equatable {
    /// Such as `GET`.
    package var method: String
    /// Path and query as sent.
    package var url: String
    /// The HTTP status code of the answer.
    package var status: Int
    /// Bytes of the answer's body.
    package var bytes: Int
  }

  private struct State {
    var entries: [Entry] = []
    var count = 0
    var counts: [Int: Int] = [:]
  }

  private let state = Mutex(State())
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// The newest entries, oldest first.
  package var entries: [Entry] { state.withLock { $0.entries } }

  /// All requests since the start or the last `clear`.
  package var count: Int { state.withLock { $0.count } }

  /// How many requests were answered with each status.
  package var countByStatus: [Int: Int] { state.withLock { $0.counts } }

  /// Starts counting anew.
  package func clear() { state.withLock { $0 = State() } }

  func record(_ entry: Entry) {
    state.withLock { state in
      state.entries.append(entry)
      state.count += 1
      state.counts[entry.status, default: 0] += 1
      if state.entries.count > 2 * capacity { state.entries.removeFirst(state.entries.count - capacity) }
    }
  }
}
