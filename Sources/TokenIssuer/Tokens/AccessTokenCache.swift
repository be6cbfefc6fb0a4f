import Synchronization

/// Tokens whose signature was found good, so that a client that comes again costs a dictionary lookup. It is shared by the
/// verifier, which fills it, and the token endpoint, which takes out what a refresh revokes. Bounded; safe from any thread.
package final class AccessTokenCache: Sendable {
  struct Entry {
    var token: AccessToken
    /// When the ledger last called it active; Unix time in seconds.
    var checkedAt: Double
  }

  enum Finding {
    case missing
    /// Asked about within the maximum age.
    case fresh(AccessToken)
    /// The signature is good; the ledger has to be asked again.
    case stale(AccessToken)
  }

  /// A token as a key. Only tokens whose signature was good become keys, and a signature's end is as good as random: it is
  /// enough to tell one from another before they are compared.
  private struct Key: Hashable {
    let token: String

    func hash(into hasher: inout Hasher) {
      hasher.combine(token.utf8.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }

  private struct State {
    var entries: RecentTable<Key, Entry>
    /// Counts invalidations: an entry whose check began before one is not kept.
    var generation: UInt64 = 0
  }

  private let state: Mutex<State>
  private let half: Int
  private let maximumAge: Double

  /// Seconds after which the ledger is asked again, unless told otherwise: how late it is noticed that another process took a right
  /// from a token.
  package static let maximumAge: Double = 5

  /// - Parameters:
  ///   - capacity: how many tokens are kept at most, about 1 KiB each.
  ///   - maximumAge: seconds after which the ledger is asked again.
  package init(capacity: Int = 2048, maximumAge: Double = AccessTokenCache.maximumAge) {
    half = max(1, capacity / 2)
    state = Mutex(State(entries: RecentTable(half: half)))
    self.maximumAge = maximumAge
  }

  /// How many tokens are kept.
  package var count: Int { state.withLock { $0.entries.count } }

  /// Forgets one token by its `jti`: it was revoked.
  package func invalidate(accessTokenID: String) {
    state.withLock { state in
      state.generation += 1
      state.entries.removeAll { $0.token.id == accessTokenID }
    }
  }

  /// Forgets all of them: a consumer or an account changed.
  package func clear() {
    state.withLock { $0 = State(entries: RecentTable(half: half), generation: $0.generation + 1) }
  }

  /// To be read before the ledger is asked, and given to `keep`.
  var generation: UInt64 { state.withLock { $0.generation } }

  func find(_ token: String, at now: Double) -> Finding {
    let key = Key(token: token)
    return state.withLock { state in
      guard let found = state.entries.use(key) else { return .missing }
      // A clock that was set back makes an entry stale, not young.
      let age = now - found.checkedAt
      return age >= 0 && age <= maximumAge ? .fresh(found.token) : .stale(found.token)
    }
  }

  /// Keeps what the ledger called active at `now`, unless something was invalidated since `generation` was read.
  func keep(_ token: String, _ value: AccessToken, at now: Double, since generation: UInt64) {
    state.withLock { state in
      guard state.generation == generation else { return }
      state.entries.keep(Entry(token: value, checkedAt: now), for: Key(token: token))
    }
  }

  func remove(_ token: String) {
    state.withLock { $0.entries.remove(Key(token: token)) }
  }
}
