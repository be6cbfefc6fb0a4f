import UnixSignals

/// Runs `body` until it is done or the process is told to end (SIGTERM, SIGINT); then it is cancelled, finishes its
/// transaction, and nil is returned.
func untilSignalled<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
  let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
  return try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask {
      do { return try await body() } catch is CancellationError { return nil }
    }
    group.addTask {
      for await _ in signals { break }
      return nil
    }
    let first = try await group.next()
    group.cancelAll()
    return first ?? nil
  }
}
