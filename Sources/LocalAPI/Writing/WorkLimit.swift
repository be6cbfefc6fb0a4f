import NIOPosix
import Store
import Synchronization

/// How long the work on what one client sent may go on: some seconds, and not for a client that has gone.
struct WorkLimit: Sendable {
  /// The time that a document may take to be read and looked through.
  static let longest = Duration.seconds(10)
  /// A client that has sent all may close its side of the connection and still read the answer: it cannot be told from one that
  /// has gone.
  static let grace = Duration.seconds(1)

  private let end: ContinuousClock.Instant
  private let presence: ClientPresence?

  /// A limit that begins now.
  /// - Parameter presence: of the client; nil where it cannot be told.
  init(_ presence: ClientPresence? = nil, longest: Duration = WorkLimit.longest) {
    end = ContinuousClock.now + longest
    self.presence = presence
  }

  /// Whether to go on.
  var goesOn: Bool { goesOn(at: ContinuousClock.now) }

  func goesOn(at now: ContinuousClock.Instant) -> Bool {
    now < end && presence?.leftAt.map { now < $0 + WorkLimit.grace } ?? true
  }
}

/// Whether the client of a connection is there.
final class ClientPresence: Sendable {
  private let left = Mutex<ContinuousClock.Instant?>(nil)

  /// When it closed the connection, or its side of it; nil while it has not.
  var leftAt: ContinuousClock.Instant? { left.withLock { $0 } }

  /// Notes that it has gone.
  func leave() { left.withLock { $0 = $0 ?? ContinuousClock.now } }
}

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
