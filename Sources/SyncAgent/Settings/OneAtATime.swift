import Synchronization

/// Lets one do something at a time; others wait, in the order in which they came.
package final class OneAtATime: Sendable {
  private struct State {
    var isBusy = false
    var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    var last = 0
  }
  private let state = Mutex(State())

  /// Nobody does it yet.
  package init() {}

  /// Does it when all who came before are through.
  /// - Throws: what `body` throws, `CancellationError` where the task is cancelled while it waits.
  package func run<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    guard await enter() else { throw CancellationError() }
    defer { leave() }
    return try await body()
  }

  /// - Returns: false where the task was cancelled first.
  private func enter() async -> Bool {
    let number = state.withLock { state in
      state.last += 1
      return state.last
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
        let isLet = state.withLock { state -> Bool? in
          // Cancelled before: nobody would take it out of the row.
          if Task.isCancelled { return false }
          if !state.isBusy {
            state.isBusy = true
            return true
          }
          state.waiting.append((number: number, continuation: continuation))
          return nil
        }
        if let isLet { continuation.resume(returning: isLet) }
      }
    } onCancel: {
      let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
        return state.waiting.remove(at: place).continuation
      }
      waiter?.resume(returning: false)
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard !state.waiting.isEmpty else {
        state.isBusy = false
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}
