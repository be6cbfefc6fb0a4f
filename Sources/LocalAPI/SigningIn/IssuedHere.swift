import Synchronization
import TokenIssuer

/// What one process issued over a mirror that it may only read, and what it ended of what others issued.
final class IssuedHere: Sendable {
  private struct Consent: Hashable {
    var consumerID: String
    var accountID: Int64
  }

  private struct State {
    var issues: [String: TokenIssue] = [:]
    /// Ids of access tokens that have ended with their pair.
    var ended: Set<String> = []
    var codes: [AuthorizationCodeDigest: AuthorizationCodeRecord] = [:]
    var consents: [Consent: [String]] = [:]

    /// As the mirror does, forgets pairs that are over.
    mutating func record(_ issue: TokenIssue) {
      issues = issues.filter { max($0.value.accessExpiresAt, $0.value.refresh?.expiresAt ?? 0) >= issue.issuedAt }
      issues[issue.accessTokenID] = issue
    }
  }
  private let state = Mutex(State())

  func record(_ issue: TokenIssue) { state.withLock { $0.record(issue) } }

  /// The pair with this refresh token; nil when it was not issued here.
  func record(of digest: RefreshTokenDigest) -> RefreshTokenRecord? {
    state.withLock { state in
      state.issues.values.first { $0.refresh?.digest == digest }.map {
        RefreshTokenRecord(issue: $0, isRevoked: state.ended.contains($0.accessTokenID))
      }
    }
  }

  /// A pair of the mirror, ended where that happened here.
  func marked(_ record: RefreshTokenRecord) -> RefreshTokenRecord {
    var record = record
    if state.withLock({ $0.ended.contains(record.issue.accessTokenID) }) { record.isRevoked = true }
    return record
  }

  /// - Returns: whether the old pair was good until now.
  func rotate(_ old: RefreshTokenRecord, to new: TokenIssue) -> Bool {
    let isFirst = !old.isRevoked && state.withLock { $0.ended.insert(old.issue.accessTokenID).inserted }
    if isFirst { record(new) }
    return isFirst
  }

  /// Ends a pair, of the mirror or of this process.
  func end(_ accessTokenID: String) { state.withLock { _ = $0.ended.insert(accessTokenID) } }

  /// Whether a pair was ended here.
  func isEnded(_ accessTokenID: String) -> Bool { state.withLock { $0.ended.contains(accessTokenID) } }

  /// The pair of an access token; nil when it was not issued here.
  func issue(_ accessTokenID: String) -> TokenIssue? { state.withLock { $0.issues[accessTokenID] } }

  func keep(_ code: AuthorizationCode) {
    state.withLock { state in
      state.codes = state.codes.filter { $0.value.code.expiresAt >= code.issuedAt }
      state.codes[code.digest] = AuthorizationCodeRecord(code: code, isUsed: false)
    }
  }

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
      let ids = state.issues.values.filter { $0.code == code }.map(\.accessTokenID)
      return ids.filter { state.ended.insert($0).inserted }
    }
  }

  func consent(_ consumerID: String, _ accountID: Int64) -> [String]? {
    state.withLock { $0.consents[Consent(consumerID: consumerID, accountID: accountID)] }
  }

  func remember(_ scopes: [String], _ consumerID: String, _ accountID: Int64) {
    state.withLock { $0.consents[Consent(consumerID: consumerID, accountID: accountID)] = scopes }
  }
}
