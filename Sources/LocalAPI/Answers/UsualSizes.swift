import Store
import Synchronization

/// How large the resource objects of a type were in the last answer that had many: a body whose memory grows is copied each time it does.
/// Safe from any thread.
final class UsualSizes: Sendable {
  private let bytes = Mutex<[Int64: Int]>([:])

  /// How many bytes to make room for.
  /// - Parameter count: how many resources there are at most.
  func capacity(of type: ServedType, _ count: Int) -> Int {
    let usual = bytes.withLock { $0[type.id] } ?? 2048
    return min(4096 + usual * count, 4 << 20)
  }

  /// Takes note of a body.
  func note(_ size: Int, of type: ServedType, _ count: Int) {
    guard count >= 10 else { return }
    // With room for a page of somewhat larger ones.
    bytes.withLock { $0[type.id] = size / count * 9 / 8 }
  }
}
