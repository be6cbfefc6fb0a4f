import NIOPosix

/// Where bodies are read and changes recorded: neither on an event loop, where they would hold up the reads of others, nor on the
/// few threads that tasks share, where they would hold up tokens.
enum SlowWrites {
  private static let pool: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 4)
    pool.start()
    return pool
  }()

  /// Runs a body on a thread of its own.
  /// - Parameter body: is told whether to work: not where the program ends.
  static func begin(_ body: @escaping @Sendable (_ isActive: Bool) -> Void) { pool.submit { body($0 == .active) } }
}
