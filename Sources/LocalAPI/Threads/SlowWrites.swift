import NIOPosix
import Store

/// Where bodies are read and changes recorded: neither on an event loop, where they would hold up the reads of others, nor on the
/// few threads that tasks share, where they would hold up tokens.
enum SlowWrites {
  private static let pool: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 4)
    pool.start()
    return pool
  }()

  /// Runs a body on a thread of its own.
  /// - Throws: what `body` throws; `MirrorFault` of the kind `busy` where another program has kept the mirror's lock until
  ///   `LocalWrites.patience` was over, counted from now: one who waits does not hold up the next.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let end = ContinuousClock.now + LocalWrites.patience
    return try await pool.runIfActive { try WritePatience.$end.withValue(end) { try body() } }
  }
}
