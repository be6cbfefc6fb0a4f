import Store
import TokenIssuer

/// The token issuer's ledger, kept in the mirror.
package struct MirrorTokenLedger: TokenLedger {
  private let mirror: Mirror

  /// The ledger of a mirror.
  package init(_ mirror: Mirror) { self.mirror = mirror }

  package func consumer(id: String) throws -> Consumer? {
    try mirror.consumer(id).map { row in
      Consumer(
        id: row.id, label: row.label, secretHash: row.secretHash.flatMap(SecretHash.init(encoded:)),
        grants: Set(row.grants.compactMap(Grant.init(rawValue:))), scopes: row.scopes)
    }
  }

  package func account(name: String) throws -> Account? { try mirror.account(named: name).flatMap(account) }
  package func account(id: Int64) throws -> Account? { try mirror.account(id).flatMap(account) }

  /// Nil for a row whose hash cannot be read: nobody can sign in with it.
  private func account(_ row: AccountRow) -> Account? {
    SecretHash(encoded: row.passwordHash).map {
      Account(id: row.id, name: row.name, passwordHash: $0, userUUID: row.userUUID, scopes: row.scopes)
    }
  }

  package func record(_ issue: TokenIssue) throws { try mirror.record(row(issue)) }

  package func refreshToken(_ digest: RefreshTokenDigest) throws -> RefreshTokenRecord? {
    try mirror.issuedToken(refreshHash: digest.hex).map { row in
      let refresh = row.refreshExpires.map { TokenIssue.Refresh(digest: digest, expiresAt: $0) }
      return RefreshTokenRecord(
        issue: TokenIssue(
          accessTokenID: row.jti, consumerID: row.consumer, accountID: row.account, scopes: row.scopes,
          issuedAt: row.issued, accessExpiresAt: row.expires, refresh: refresh),
        isRevoked: row.isRevoked)
    }
  }

  package func rotate(_ old: RefreshTokenDigest, to new: TokenIssue) throws -> RotationOutcome {
    switch try mirror.rotate(refreshHash: old.hex, to: row(new)) {
    case true?: .rotated
    case false?: .revoked
    case nil: .unknown
    }
  }

  package func isActive(accessTokenID: String) throws -> Bool { try mirror.isActive(jti: accessTokenID) }

  private func row(_ issue: TokenIssue) -> IssuedTokenRow {
    IssuedTokenRow(
      jti: issue.accessTokenID, consumer: issue.consumerID, account: issue.accountID, scopes: issue.scopes,
      issued: issue.issuedAt, expires: issue.accessExpiresAt, refreshHash: issue.refresh?.digest.hex,
      refreshExpires: issue.refresh?.expiresAt)
  }
}
