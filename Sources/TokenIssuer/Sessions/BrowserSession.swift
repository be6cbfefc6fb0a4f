/// That somebody has signed in with a browser.
package struct BrowserSession: Sendable, Hashable {
  /// The account's number.
  package var accountID: Int64
  /// What the account's password was known by then: another one ends the session.
  package var passwordHash: SecretHash
  /// Unix seconds.
  package var startedAt: Double
  /// When it was looked at last, Unix seconds.
  package var usedAt: Double

  /// A session that begins now.
  package init(of account: Account, at now: Double) {
    (accountID, passwordHash, startedAt, usedAt) = (account.id, account.passwordHash, now, now)
  }
}

/// The sessions of one process, by the digests of their ids. They are bounded in number and time, and nobody's sessions push out those
/// of others before their own.
package struct SessionTable: Sendable {
  /// How many there may be, and for how long.
  package struct Limits: Sendable, Hashable {
    var sessions: Int
    var ofOneAccount: Int
    var idleSeconds: Double
    var lifeSeconds: Double

    /// - Parameters:
    ///   - sessions: of all accounts.
    ///   - idleSeconds: without a request.
    ///   - lifeSeconds: in all.
    package init(
      sessions: Int = 1_024, ofOneAccount: Int = 16, idleSeconds: Double = 1_800, lifeSeconds: Double = 28_800
    ) {
      self.sessions = sessions
      self.ofOneAccount = ofOneAccount
      self.idleSeconds = idleSeconds
      self.lifeSeconds = lifeSeconds
    }
  }

  private let limits: Limits
  private var sessions: [String: BrowserSession] = [:]

  /// An empty table.
  package init(limits: Limits = Limits()) { self.limits = limits }

  /// How many there are, those that are over and were not looked for since among them.
  package var count: Int { sessions.count }

  /// Adds a session. Those that are over go, then the ones longest unused: of the same account where it has its share, else of all.
  package mutating func begin(_ session: BrowserSession, as digest: String) {
    sessions = sessions.filter { isGood($0.value, at: session.startedAt) }
    let own = sessions.filter { $0.value.accountID == session.accountID }
    if own.count >= limits.ofOneAccount { drop(from: own) }
    if sessions.count >= limits.sessions { drop(from: sessions) }
    sessions[digest] = session
  }

  /// The session, which is used by that; nil where there is none, or it is over.
  package mutating func find(_ digest: String, at now: Double) -> BrowserSession? {
    guard let session = sessions[digest] else { return nil }
    guard isGood(session, at: now) else {
      sessions[digest] = nil
      return nil
    }
    sessions[digest]?.usedAt = now
    return session
  }

  /// Ends one.
  package mutating func end(_ digest: String) { sessions[digest] = nil }

  /// A clock that was set back makes a session old, not young.
  private func isGood(_ session: BrowserSession, at now: Double) -> Bool {
    (0..<limits.lifeSeconds).contains(now - session.startedAt)
      && (0..<limits.idleSeconds).contains(now - session.usedAt)
  }

  private mutating func drop(from those: [String: BrowserSession]) {
    if let oldest = those.min(by: { $0.value.usedAt < $1.value.usedAt }) { sessions[oldest.key] = nil }
  }
}
