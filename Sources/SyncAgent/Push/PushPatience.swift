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

/// Whether it is still written down that the site takes no writes, as it was when a push began: nobody else writes that while it goes
/// on, so that it need not be asked for every change.
final class KnownHold: Sendable {
  private let isThere: Mutex<Bool>

  init(isThere: Bool) { self.isThere = Mutex(isThere) }

  /// Whether it is to be taken back now: once.
  func take() -> Bool {
    isThere.withLock { isThere in
      defer { isThere = false }
      return isThere
    }
  }
}
