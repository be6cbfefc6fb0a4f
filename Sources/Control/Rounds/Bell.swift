import Synchronization

/// Wakes the one who waits for it. A ring that comes while nobody waits is kept.
final class Bell: Sendable {
  private struct State {
    var hasRung = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  /// Wakes who waits, or else the next one who will.
  func ring() {
    state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard let waiter = state.waiter else {
        state.hasRung = true
        return nil
      }
      state.waiter = nil
      return waiter
    }?.resume()
  }

  /// Waits for a ring, or so long; without an end for nil.
  /// - Throws: `CancellationError`.
  func wait(atMost limit: Duration?) async throws {
    guard let limit else {
      await ringing()
      return try Task.checkCancellation()
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await Task.sleep(for: limit) }
      group.addTask { await self.ringing() }
      await group.next()
      group.cancelAll()
    }
    try Task.checkCancellation()
  }

  private func ringing() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let goesOn = state.withLock { state -> Bool in
          if state.hasRung || Task.isCancelled || state.waiter != nil {
            state.hasRung = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { state -> CheckedContinuation<Void, Never>? in
        defer { state.waiter = nil }
        return state.waiter
      }?.resume()
    }
  }
}
