import Synchronization
import TokenIssuer

/// What one process issued over a mirror that it may only read, and what it ended of what others issued. Kept as long as it counts.
final class IssuedHere: Sendable {
  private struct Consent: Hashable {
    var consumerID: String
    var accountID: Int64
  }

  private struct State {
    /// What is over is looked for when there is twice as much as was left the last time, and no sooner than there is this much.
    private static let fewest = 256

    var issues: [String: TokenIssue] = [:]
    /// The access tokens that refresh tokens were handed out with.
    var refreshTokens: [RefreshTokenDigest: String] = [:]
    /// Ids of access tokens that have ended with their pair, and the last second at which the pair would have been good.
    var ended: [String: Int64] = [:]
    var codes: [AuthorizationCodeDigest: AuthorizationCodeRecord] = [:]
    /// Who is forgotten is asked again.
    var consents = RecentTable<Consent, [String]>(half: 2_048)
    private var due = State.fewest

    private var count: Int { issues.count + ended.count + codes.count }

    /// As the mirror does, forgets what is over.
    private mutating func forget(before second: Int64) {
      guard count >= due else { return }
      issues = issues.filter { $0.value.lastSecond >= second }
      let kept = issues
      refreshTokens = refreshTokens.filter { kept[$0.value] != nil }
      ended = ended.filter { $0.value >= second }
      codes = codes.filter { $0.value.code.expiresAt >= second }
      due = max(State.fewest, 2 * count)
    }

    mutating func record(_ issue: TokenIssue) {
      forget(before: issue.issuedAt)
      issues[issue.accessTokenID] = issue
      if let refresh = issue.refresh { refreshTokens[refresh.digest] = issue.accessTokenID }
    }

    mutating func keep(_ code: AuthorizationCode) {
      forget(before: code.issuedAt)
      codes[code.digest] = AuthorizationCodeRecord(code: code, isUsed: false)
    }

    /// - Returns: whether the pair had not ended before.
    mutating func end(_ accessTokenID: String, lastSecond: Int64) -> Bool {
      ended.updateValue(lastSecond, forKey: accessTokenID) == nil
    }
  }
  private let state = Mutex(State())

  func record(_ issue: TokenIssue) { state.withLock { $0.record(issue) } }

  /// The pair with this refresh token; nil when it was not issued here.
  func record(of digest: RefreshTokenDigest) -> RefreshTokenRecord? {
    state.withLock { state in
      guard let id = state.refreshTokens[digest], let issue = state.issues[id] else { return nil }
      return RefreshTokenRecord(issue: issue, isRevoked: state.ended[id] != nil)
    }
  }

  /// A pair of the mirror, ended where that happened here.
  func marked(_ record: RefreshTokenRecord) -> RefreshTokenRecord {
    var record = record
    if isEnded(record.issue.accessTokenID) { record.isRevoked = true }
    return record
  }

  /// - Returns: whether the old pair was good until now.
  func rotate(_ old: RefreshTokenRecord, to new: TokenIssue) -> Bool {
    guard !old.isRevoked else { return false }
    return state.withLock { state in
      guard state.end(old.issue.accessTokenID, lastSecond: old.issue.lastSecond) else { return false }
      state.record(new)
      return true
    }
  }

  /// Ends a pair, of the mirror or of this process.
  func end(_ accessTokenID: String) {
    state.withLock { state in
      // Of a pair of the mirror nothing but this is known here: it may be good for as long as there is the mirror.
      let lastSecond = state.issues[accessTokenID]?.lastSecond ?? state.ended[accessTokenID] ?? Int64.max
      _ = state.end(accessTokenID, lastSecond: lastSecond)
    }
  }

  /// Whether a pair was ended here.
  func isEnded(_ accessTokenID: String) -> Bool { state.withLock { $0.ended[accessTokenID] != nil } }

  /// The pair of an access token; nil when it was not issued here.
  func issue(_ accessTokenID: String) -> TokenIssue? { state.withLock { $0.issues[accessTokenID] } }

  func keep(_ code: AuthorizationCode) { state.withLock { $0.keep(code) } }

  func code(_ digest: AuthorizationCodeDigest) -> AuthorizationCodeRecord? { state.withLock { $0.codes[digest] } }

  /// Uses a code of this process up, once. Those of the mirror cannot be used here: nobody else would know.
  func redeem(_ digest: AuthorizationCodeDigest, for issue: TokenIssue) -> RotationOutcome {
    state.withLock { state in
      guard let record = state.codes[digest] else { return .unknown }
      guard !record.isUsed else { return .revoked }
      state.codes[digest]?.isUsed = true
      state.record(issue)
      return .rotated
    }
  }

  func endTokens(of code: AuthorizationCodeDigest) -> [String] {
    state.withLock { state in
      let issues = state.issues.values.filter { $0.code == code }
      return issues.filter { state.end($0.accessTokenID, lastSecond: $0.lastSecond) }.map(\.accessTokenID)
    }
  }

  func consent(_ consumerID: String, _ accountID: Int64) -> [String]? {
    state.withLock { $0.consents.use(Consent(consumerID: consumerID, accountID: accountID)) }
  }

  func remember(_ scopes: [String], _ consumerID: String, _ accountID: Int64) {
    state.withLock { $0.consents.keep(scopes, for: Consent(consumerID: consumerID, accountID: accountID)) }
  }
}

extension TokenIssue {
  /// The last one at which either token of the pair may be used.
  fileprivate var lastSecond: Int64 { max(accessExpiresAt, refresh?.expiresAt ?? 0) }
}
