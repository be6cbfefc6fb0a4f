import Synchronization

/// One piece of work that any number of callers wait for: the first sets it going, the others join it. It runs to its end
/// whoever gives up waiting, because what it brings back (a single-use token) must not be lost.
final class SharedFlight<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, any Error>

  private struct State {
    var isFlying = false
    var lastWaiter: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Value, any Error>] = [:]
  }

  private let state = Mutex(State())
  private let executor: (any TaskExecutor)?

  /// - Parameter executor: runs the work; nil for the system's.
  init(executor: (any TaskExecutor)? = nil) { self.executor = executor }

  /// How many callers wait now.
  var waiters: Int { state.withLock { $0.waiters.count } }

  /// What the work under way brings back, or this work if there is none.
  /// - Throws: what the work throws; `CancellationError` when this caller is cancelled, at once and for it alone.
  func value(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = Task.isCancelled
        let isFirst = state.withLock { state in
          guard !isCancelled else { return false }
          state.waiters[number] = continuation
          defer { state.isFlying = true }
          return !state.isFlying
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
        if isFirst { fly(work) }
        // The cancellation may have come before the waiter was written down.
        if !isCancelled, Task.isCancelled { leave(number) }
      }
    } onCancel: {
      leave(number)
    }
  }

  private func leave(_ number: UInt64) {
    let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
    waiter?.resume(throwing: CancellationError())
  }

  /// The task belongs to no caller, so no caller's cancellation reaches it; it ends by itself, within the transport's limits.
  private func fly(_ work: @escaping @Sendable () async throws -> Value) {
    Task(executorPreference: executor) {
      let outcome: Outcome
      do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
      let waiters = self.state.withLock { state in
        state.isFlying = false
        defer { state.waiters = [:] }
        return state.waiters.sorted { $0.key < $1.key }.map(\.value)
      }
      for waiter in waiters { waiter.resume(with: outcome) }
    }
  }
}
