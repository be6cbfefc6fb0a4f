import Synchronization

/// Room for the documents of writes that are read, checked, or wait to be recorded. A document takes many times its length once it is
/// read, and until then it may lie on disk (`ReceivedBody`): so only so much is read at a time, and who comes later waits, in order.
/// Whoever is inside leaves within the time that a write has.
final class WriteRoom: Sendable {
  private struct State {
    /// The bytes of those inside.
    var bytes = 0
    var waiting: ArraySlice<(bytes: Int, goesIn: CheckedContinuation<Void, Never>)> = []

    /// Takes one in, if there is room: for one alone there always is.
    mutating func admit(_ more: Int, of capacity: Int) -> Bool {
      guard bytes == 0 || more <= capacity - bytes else { return false }
      bytes += more
      return true
    }
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: how many bytes of documents are inside at most, but for a longer one by itself. Usually four of the longest.
  init(capacity: Int = 16 << 20) { self.capacity = capacity }

  /// How many wait.
  var waiting: Int { state.withLock { $0.waiting.count } }

  /// Returns once there is room for so many bytes. Each call is followed by one of `leave`.
  func enter(_ bytes: Int) async {
    guard bytes > 0 else { return }
    await withCheckedContinuation { goesIn in
      let isIn = state.withLock { state in
        if state.waiting.isEmpty, state.admit(bytes, of: capacity) { return true }
        state.waiting.append((bytes, goesIn))
        return false
      }
      if isIn { goesIn.resume() }
    }
  }

  /// Makes room for those who wait.
  func leave(_ bytes: Int) {
    guard bytes > 0 else { return }
    let next = state.withLock { state in
      state.bytes -= bytes
      var next: [CheckedContinuation<Void, Never>] = []
      while let first = state.waiting.first, state.admit(first.bytes, of: capacity) {
        state.waiting.removeFirst()
        next.append(first.goesIn)
      }
      return next
    }
    for goesIn in next { goesIn.resume() }
  }
}
