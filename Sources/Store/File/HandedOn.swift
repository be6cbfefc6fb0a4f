import Synchronization

/// What one transaction leaves to the next of its kind, which takes it out.
final class HandedOn: Sendable {
  private let value = Mutex<(any Sendable)?>(nil)

  /// Takes out what is there; nil where nothing is.
  func take() -> (any Sendable)? { value.withLock { $0.take() } }

  /// Puts something there.
  func put(_ left: any Sendable) { value.withLock { $0 = left } }
}
