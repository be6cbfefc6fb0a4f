import NIOPosix
import Store

/// Where the local API writes: one after the other on a thread of their own, so that no event loop and no task waits
/// for a lock, and each until its own time is up, counted from its arrival. So a client that waits for a lock never
/// holds up the next.
enum LocalWrites {
  /// How long a client waits for the lock before it is told to come again.
  static let patience = Duration.milliseconds(1500)

  private static let pool: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    return pool
  }()

  /// Runs a write.
  /// - Throws: what `body` throws; `MirrorFault` of the kind `busy` when its time is up. It is tried once, however
  ///   late it comes.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let end = ContinuousClock.now + patience
    return try await pool.runIfActive { try WritePatience.$end.withValue(end) { try body() } }
  }
}
