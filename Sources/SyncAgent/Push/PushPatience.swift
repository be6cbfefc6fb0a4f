import Synchronization

/// How long one push may still wait for copies to be read again, in seconds: all its changes together, so that it comes to an end.
final class PushPatience: Sendable {
  private let left: Mutex<Double>

  init(seconds: Double) { left = Mutex(seconds) }

  /// Takes so many seconds; false when not so many are left.
  func take(_ seconds: Double) -> Bool {
    left.withLock { left in
      guard seconds <= left else { return false }
      left -= seconds
      return true
    }
  }
}
