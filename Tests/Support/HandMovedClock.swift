import Synchronization

/// A time that a test moves by hand.
package final class HandMovedClock<Time: Sendable>: Sendable {
  private let time: Mutex<Time>

  /// A clock that stands at `time`.
  package init(_ time: Time) { self.time = Mutex(time) }

  /// Where it stands.
  package var value: Time {
    get { time.withLock { $0 } }
    set { time.withLock { $0 = newValue } }
  }
}
