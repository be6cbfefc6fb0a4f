import Store
import Synchronization
import TokenIssuer

/// The token issuer's ledger, kept in the mirror. What is issued over a mirror that may only be read is kept in this
/// process and ends with it; consumers, accounts and what was issued before come from the mirror all the same.
package struct MirrorTokenLedger: TokenLedger {
  private let tokens: Tokens
  private let own: IssuedHere?

  /// The ledger of a mirror.
  package init(_ tokens: Tokens) {
    self.tokens = tokens
    own = tokens.isReadOnly ? IssuedHere() : nil
  }

  /// The client of this id, compared exactly; nil for none, and where its stored hash cannot be read: without it the client would
  /// pass for a public one, of which no secret is asked (RFC 6749 section 2.1). Grants that the program does not know are left out.
  /// - Throws: a fault of the mirror.
  package func consumer(id: String) throws -> Consumer? {
    try tokens.consumer(id).flatMap { row in
      let hash = row.secretHash.flatMap(SecretHash.init(encoded:))
      guard (hash == nil) == (row.secretHash == nil) else { return nil }
      return Consumer(
        id: row.id, label: row.label, secretHash: hash, grants: Set(row.grants.compactMap(Grant.init(rawValue:))),
        scopes: row.scopes)
    }
  }

  /// The account of this name, compared exactly; nil for none, and where its stored hash cannot be read.
  /// - Throws: a fault of the mirror.
  package func account(name: String) throws -> Account? { try tokens.account(named: name).flatMap(account) }
  /// The account of this id; nil as above.
  /// - Throws: a fault of the mirror.
  package func account(id: Int64) throws -> Account? { try tokens.account(id).flatMap(account) }

  /// Nil for a row whose hash cannot be read: nobody can sign in with it.
  private func account(_ row: AccountRow) -> Account? {
    SecretHash(encoded: row.passwordHash).map {
      Account(id: row.id, name: row.name, passwordHash: $0, userUUID: row.userUUID, scopes: row.scopes)
    }
  }

  /// Keeps a pair that was issued, on disk for good when this returns; over a mirror that may only be read, in this process.
  /// - Throws: a fault of the mirror; `MirrorFault` of the kind `busy` where another program holds its lock for too long.
  package func record(_ issue: TokenIssue) async throws {
    if let own { return own.record(issue) }
    let row = row(issue)
    try await LocalWrites.run { [tokens] in try tokens.record(row) }
  }

  /// What is known of a refresh token; nil when it was never issued here, or its pair was over and is forgotten.
  /// - Throws: a fault of the mirror.
  package func refreshToken(_ digest: RefreshTokenDigest) throws -> RefreshTokenRecord? {
    guard let own else { return try stored(digest) }
    if let known = own.record(of: digest) { return known }
    return try stored(digest).map(own.marked)
  }

  private func stored(_ digest: RefreshTokenDigest) throws -> RefreshTokenRecord? {
    try tokens.issuedToken(refreshHash: digest.hex).map { row in
      let refresh = row.refreshExpires.map { TokenIssue.Refresh(digest: digest, expiresAt: $0) }
      return RefreshTokenRecord(
        issue: TokenIssue(
          accessTokenID: row.jti, consumerID: row.consumer, accountID: row.account, scopes: row.scopes,
          issuedAt: row.issued, accessExpiresAt: row.expires, refresh: refresh),
        isRevoked: row.isRevoked)
    }
  }

  /// Ends the pair of a refresh token and keeps the new one, both or neither: of several who come with the same token one gets
  /// `.rotated` (RFC 6749 section 6). On disk for good when this returns, as by `record`.
  /// - Throws: as `record`; then nothing has changed.
  package func rotate(_ old: RefreshTokenDigest, to new: TokenIssue) async throws -> RotationOutcome {
    if let own {
      guard let record = try refreshToken(old) else { return .unknown }
      return own.rotate(record, to: new) ? .rotated : .revoked
    }
    let row = row(new)
    let isDone: Bool? = try await LocalWrites.run { [tokens] in try tokens.rotate(refreshHash: old.hex, to: row) }
    return switch isDone {
    case true?: .rotated
    case false?: .revoked
    case nil: .unknown
    }
  }

  /// Whether an access token, named by its `jti`, is known here and was not ended. Its time is not looked at.
  /// - Throws: a fault of the mirror.
  package func isActive(accessTokenID: String) throws -> Bool {
    if let isActive = own?.isActive(accessTokenID) { return isActive }
    return try tokens.isActive(jti: accessTokenID)
  }

  private func row(_ issue: TokenIssue) -> IssuedTokenRow {
    IssuedTokenRow(
      jti: issue.accessTokenID, consumer: issue.consumerID, account: issue.accountID, scopes: issue.scopes,
      issued: issue.issuedAt, expires: issue.accessExpiresAt, refreshHash: issue.refresh?.digest.hex,
      refreshExpires: issue.refresh?.expiresAt)
  }
}

/// What one process issued over a mirror that it may only read, and what it ended of what others issued.
final class IssuedHere: Sendable {
  private struct State {
    var issues: [String: TokenIssue] = [:]
    /// Ids of access tokens that have ended with their pair.
    var ended: Set<String> = []
  }
  private let state = Mutex(State())

  /// As the mirror does, forgets pairs that are over.
  func record(_ issue: TokenIssue) {
    state.withLock { state in
      state.issues = state.issues.filter {
        max($0.value.accessExpiresAt, $0.value.refresh?.expiresAt ?? 0) >= issue.issuedAt
      }
      state.issues[issue.accessTokenID] = issue
    }
  }

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

  /// Nil where the mirror has to be asked.
  func isActive(_ accessTokenID: String) -> Bool? {
    state.withLock { state in
      if state.ended.contains(accessTokenID) { return false }
      return state.issues[accessTokenID] == nil ? nil : true
    }
  }
}
