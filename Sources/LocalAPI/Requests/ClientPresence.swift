import Synchronization

/// Whether the client of a connection is there.
final class ClientPresence: Sendable {
  private let left = Mutex<ContinuousClock.Instant?>(nil)

  /// When it closed the connection, or its side of it; nil while it has not.
  var leftAt: ContinuousClock.Instant? { left.withLock { $0 } }

  /// Notes that it has gone.
  func leave() { left.withLock { $0 = $0 ?? ContinuousClock.now } }
}
