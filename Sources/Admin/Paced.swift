import Synchronization

/// Something that is gathered from the mirror at a cost, and kept: gathering takes a small part of one thread's time, however often it is
/// asked for. Safe from any thread.
final class Paced<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var until = ContinuousClock.now
  }

  private let gather: @Sendable () throws -> Value
  private let state = Mutex(State())

  /// - Parameter gather: is called on one of `AdminThreads`.
  init(_ gather: @escaping @Sendable () throws -> Value) { self.gather = gather }

  /// The value as it was gathered last: a second ago, or twenty times as long as gathering takes, at most five minutes.
  /// - Throws: what gathering throws.
  func gathered() async throws -> Value {
    if let known { return known }
    return try await AdminThreads.run { [self] in
      // Who waited behind another need not gather again.
      if let known { return known }
      let began = ContinuousClock.now
      let value = try gather()
      let ended = ContinuousClock.now
      let life = min(max(.seconds(1), (ended - began) * 20), .seconds(300))
      state.withLock { $0 = State(value: value, until: ended + life) }
      return value
    }
  }

  private var known: Value? { state.withLock { ContinuousClock.now < $0.until ? $0.value : nil } }
}
