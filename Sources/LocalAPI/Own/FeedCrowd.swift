import Synchronization

/// How many read the change feed at once, in all and of one client: each stream keeps a connection and a little memory, and looks for
/// changes twice a second.
final class FeedCrowd: Sendable {
  /// What is counted apart.
  enum Kind: Hashable, Sendable {
    /// Who is sent changes as they come.
    case stream
    /// Who waits for one answer.
    case wait
  }
  fileprivate struct Key: Hashable {
    var kind: Kind
    var client: String
  }
  private struct Counts {
    var all: [Kind: Int] = [:]
    var each: [Key: Int] = [:]
  }

  /// A place among them, held as long as this is.
  final class Place: Sendable {
    private let crowd: FeedCrowd
    private let key: Key

    fileprivate init(_ crowd: FeedCrowd, _ key: Key) { (self.crowd, self.key) = (crowd, key) }
    deinit { crowd.leave(key) }
  }

  private let most: [Kind: Int]
  private let mostOfOne: Int
  private let counts = Mutex(Counts())

  /// - Parameters:
  ///   - streams: at once.
  ///   - waiting: at once.
  ///   - mostOfOne: of each kind for one client of the local API.
  init(streams: Int = 64, waiting: Int = 256, mostOfOne: Int = 32) {
    most = [.stream: streams, .wait: waiting]
    self.mostOfOne = mostOfOne
  }

  /// A place; nil where there is none.
  func enter(_ kind: Kind, _ client: String) -> Place? {
    let key = Key(kind: kind, client: client)
    let isIn = counts.withLock { counts in
      let (all, own) = (counts.all[kind, default: 0], counts.each[key, default: 0])
      guard all < most[kind, default: 0], own < mostOfOne else { return false }
      counts.all[kind] = all + 1
      counts.each[key] = own + 1
      return true
    }
    return isIn ? Place(self, key) : nil
  }

  private func leave(_ key: Key) {
    counts.withLock { counts in
      counts.all[key.kind, default: 1] -= 1
      let own = counts.each[key, default: 1] - 1
      counts.each[key] = own > 0 ? own : nil
    }
  }
}
