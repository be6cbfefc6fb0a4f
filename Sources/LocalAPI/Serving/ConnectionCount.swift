import Synchronization

/// How many connections there are, of each address and in all.
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
  private let most: Int
  private let counts = Mutex<[String: Int]>([:])
  private let all = Atomic<Int>(0)

  /// - Parameters:
  ///   - limit: the connections of one address.
  ///   - most: the connections in all; the server takes no more.
  init(limit: Int, most: Int) { (self.limit, self.most) = (limit, most) }

  /// Whether so few places are left that those who ask for nothing have to leave theirs soon. Without a lock.
  var isCrowded: Bool { ConnectionCount.isCrowded(all.load(ordering: .relaxed), of: most) }

  /// Whether a server is crowded with so many connections: more than three quarters.
  static func isCrowded(_ count: Int, of most: Int) -> Bool { count * 4 > most * 3 }

  /// Counts a connection that comes. One of a trusted proxy, behind which many clients are, counts for no address.
  /// - Returns: what becomes of it; whoever has a place leaves it.
  func enter(_ peer: Peer) -> Place {
    let place: Place = peer.isTrusted ? .served : counted(peer.address)
    if place != Place.none { all.wrappingAdd(1, ordering: .relaxed) }
    return place
  }

  /// Counts one that goes.
  func leave(_ peer: Peer) {
    all.wrappingSubtract(1, ordering: .relaxed)
    if peer.isTrusted { return }
    counts.withLock { counts in
      let count = counts[peer.address.counted, default: 1] - 1
      counts[peer.address.counted] = count > 0 ? count : nil
    }
  }

  private func counted(_ address: ClientAddress) -> Place {
    counts.withLock { counts in
      let count = counts[address.counted, default: 0]
      guard count < limit + ConnectionCount.told else { return .none }
      counts[address.counted] = count + 1
      return count < limit ? .served : .refused
    }
  }

  /// How many there are of an address.
  func count(of address: ClientAddress) -> Int { counts.withLock { $0[address.counted, default: 0] } }
}
