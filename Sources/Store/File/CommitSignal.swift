import Synchronization

/// Wakes those who wait for this process to write its mirror.
final class CommitSignal: Sendable {
  private struct Waiting {
    var streams: [Int: AsyncStream<Void>.Continuation] = [:]
    var next = 0
  }
  private let state = Mutex(Waiting())

  /// Something was committed.
  func wake() {
    // Mostly nobody waits.
    let streams = state.withLock { $0.streams.isEmpty ? [] : Array($0.streams.values) }
    for stream in streams { stream.yield() }
  }

  /// What gives an element soon after a commit; several commits may be one element.
  func wakings() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let number = state.withLock { state in
        state.next += 1
        state.streams[state.next] = continuation
        return state.next
      }
      continuation.onTermination = { [weak self] _ in self?.leave(number) }
    }
  }

  private func leave(_ number: Int) { state.withLock { _ = $0.streams.removeValue(forKey: number) } }
}
