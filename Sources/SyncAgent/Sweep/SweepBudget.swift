import Synchronization

/// How many requests a round may still spend on sweeps.
final class SweepBudget: Sendable {
  private let left: Mutex<Int?>

  /// - Parameter requests: nil for no bound.
  init(_ requests: Int?) { left = Mutex(requests) }

  /// Takes one request; false when none is left.
  func take() -> Bool {
    left.withLock { left in
      guard let count = left else { return true }
      left = count - 1
      return count > 0
    }
  }
}
