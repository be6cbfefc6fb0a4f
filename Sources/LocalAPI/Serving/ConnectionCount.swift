import Synchronization

/// How many connections there are, of each address.
final class ConnectionCount: Sendable {
  /// What becomes of a connection.
  enum Place: Equatable {
    case served
    /// It is told that there are too many of its kind.
    case refused
    /// There are so many that it is told nothing.
    case none
  }

  /// So many beyond the limit are told of it.
  private static let told = 16

  private let limit: Int
  private let counts = Mutex<[String: Int]>([:])

  /// - Parameter limit: the connections of one address.
  init(limit: Int) { self.limit = limit }

  /// Counts a connection that comes. One of a trusted proxy, behind which many clients are, is not counted.
  /// - Returns: what becomes of it; whoever has a place leaves it.
  func enter(_ peer: Peer) -> Place {
    if peer.isTrusted { return .served }
    return counts.withLock { counts in
      let count = counts[peer.address.counted, default: 0]
      guard count < limit + ConnectionCount.told else { return .none }
      counts[peer.address.counted] = count + 1
      return count < limit ? .served : .refused
    }
  }

  /// Counts one that goes.
  func leave(_ peer: Peer) {
    if peer.isTrusted { return }
    counts.withLock { counts in
      let count = counts[peer.address.counted, default: 1] - 1
      counts[peer.address.counted] = count > 0 ? count : nil
    }
  }

  /// How many there are of an address.
  func count(of address: ClientAddress) -> Int { counts.withLock { $0[address.counted, default: 0] } }
}
