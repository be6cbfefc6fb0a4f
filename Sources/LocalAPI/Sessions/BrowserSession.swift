import TokenIssuer

/// That somebody has signed in with a browser.
struct BrowserSession: Sendable, Hashable {
  /// The account's number.
  var accountID: Int64
  /// What the account's password was known by then: another one ends the session.
  var passwordHash: SecretHash
  /// Unix seconds.
  var startedAt: Double
  /// When it was looked at last, Unix seconds.
  var usedAt: Double

  /// A session that begins now.
  init(of account: Account, at now: Double) {
    (accountID, passwordHash, startedAt, usedAt) = (account.id, account.passwordHash, now, now)
  }
}

/// The sessions of one process, by the digests of their ids. They are bounded in number and time, and nobody's sessions push out those
/// of others before their own.
struct SessionTable: Sendable {
  /// How many there may be, and for how long.
  struct Limits: Sendable, Hashable {
    var sessions = 1_024
    var ofOneAccount = 16
    /// Seconds without a request.
    var idleSeconds = 1_800.0
    /// Seconds in all.
    var lifeSeconds = 28_800.0
  }

  private let limits: Limits
  private var sessions: [String: BrowserSession] = [:]

  init(limits: Limits = Limits()) { self.limits = limits }

  var count: Int { sessions.count }

  /// Adds a session. Those that are over go, then the ones longest unused: of the same account where it has its share, else of all.
  mutating func begin(_ session: BrowserSession, as digest: String) {
    sessions = sessions.filter { isGood($0.value, at: session.startedAt) }
    let own = sessions.filter { $0.value.accountID == session.accountID }
    if own.count >= limits.ofOneAccount { drop(from: own) }
    if sessions.count >= limits.sessions { drop(from: sessions) }
    sessions[digest] = session
  }

  /// The session, which is used by that; nil where there is none, or it is over.
  mutating func find(_ digest: String, at now: Double) -> BrowserSession? {
    guard let session = sessions[digest] else { return nil }
    guard isGood(session, at: now) else {
      sessions[digest] = nil
      return nil
    }
    sessions[digest]?.usedAt = now
    return session
  }

  /// Ends one.
  mutating func end(_ digest: String) { sessions[digest] = nil }

  /// A clock that was set back makes a session old, not young.
  private func isGood(_ session: BrowserSession, at now: Double) -> Bool {
    (0..<limits.lifeSeconds).contains(now - session.startedAt)
      && (0..<limits.idleSeconds).contains(now - session.usedAt)
  }

  private mutating func drop(from those: [String: BrowserSession]) {
    if let oldest = those.min(by: { $0.value.usedAt < $1.value.usedAt }) { sessions[oldest.key] = nil }
  }
}
