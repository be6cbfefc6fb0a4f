import NIOPosix

/// Where the admin port reads the mirror, and waits for it: not on the event loops and threads that clients of the local API are
/// answered on.
package enum AdminThreads {
  private static let pool: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 2)
    pool.start()
    return pool
  }()

  /// Runs a body there.
  /// - Throws: what `body` throws; `CancellationError` where the task is cancelled before it begins.
  package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await pool.runIfActive(body)
  }
}
