import NIOPosix

/// Where bodies are written to disk while they arrive: a piece at a time, so that a slow client holds no thread, and a slow disk
/// neither an event loop nor the threads that tasks share.
enum UploadWrites {
  private static let pool: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 2)
    pool.start()
    return pool
  }()

  /// Runs a short piece of work.
  /// - Throws: what `body` throws.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await pool.runIfActive(body)
  }
}
