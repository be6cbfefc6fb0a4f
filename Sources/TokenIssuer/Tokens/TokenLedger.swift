/// One access token and the refresh token that was handed out with it, as the ledger keeps them: no token, only the
/// id of the one and the digest of the other. Times are Unix seconds.
package struct TokenIssue: Sendable, Hashable {
  /// The `jti` of the access token: 80 hexadecimal digits.
  package var accessTokenID: String
  /// The `client_id` that it was issued to.
  package var consumerID: String
  /// `nil` under `client_credentials`.
  package var accountID: Int64?
  /// In the order of the token's `scope` claim.
  package var scopes: [String]
  /// When it was issued.
  package var issuedAt: Int64
  /// The first whole second at which the access token is no longer valid.
  package var accessExpiresAt: Int64
  /// `nil` when no refresh token was handed out.
  package var refresh: Refresh?
  /// The authorization code that it goes back to, by whatever number of refreshes; `nil` where it began otherwise.
  package var code: AuthorizationCodeDigest?

  /// The refresh token of a pair.
  package struct Refresh: Sendable, Hashable {
    /// Names the token without revealing it.
    package var digest: RefreshTokenDigest
    /// The last second at which it may be used.
    package var expiresAt: Int64

    /// A refresh token that ends at a second.
    package init(digest: RefreshTokenDigest, expiresAt: Int64) {
      self.digest = digest
      self.expiresAt = expiresAt
    }
  }

  /// What was issued at once.
  package init(
    accessTokenID: String, consumerID: String, accountID: Int64?, scopes: [String], issuedAt: Int64,
    accessExpiresAt: Int64, refresh: Refresh?, code: AuthorizationCodeDigest? = nil
  ) {
    self.accessTokenID = accessTokenID
    self.consumerID = consumerID
    self.accountID = accountID
    self.scopes = scopes
    self.issuedAt = issuedAt
    self.accessExpiresAt = accessExpiresAt
    self.refresh = refresh
    self.code = code
  }
}

/// What the ledger knows of a refresh token.
package struct RefreshTokenRecord: Sendable, Hashable {
  /// What it was handed out with.
  package var issue: TokenIssue
  /// True after its use, after it was revoked, and after its consumer or its account was changed or removed.
  package var isRevoked: Bool

  /// What the ledger found.
  package init(issue: TokenIssue, isRevoked: Bool) {
    self.issue = issue
    self.isRevoked = isRevoked
  }
}

/// How an attempt to use up a refresh token or an authorization code ended.
package enum RotationOutcome: Sendable, Hashable {
  /// It was good until now; it and its access token, if any, are revoked, and the new pair is recorded.
  case rotated
  /// Somebody was faster, or it was revoked otherwise. Nothing was recorded.
  case revoked
  /// There is no such token. Nothing was recorded.
  case unknown
}

/// Where consumers, accounts and issued tokens are kept. Reads are synchronous and short, writes may wait; any error
/// they throw is the store's own and goes through to the caller of the endpoint or the verifier.
package protocol TokenLedger: Sendable {
  /// The consumer with this client id, compared exactly.
  func consumer(id: String) throws -> Consumer?
  /// The account of this name.
  func account(name: String) throws -> Account?
  /// The account with this id.
  func account(id: Int64) throws -> Account?
  /// Keeps a new pair. Durable when it returns.
  func record(_ issue: TokenIssue) async throws
  /// What is known of a refresh token; `nil` when it was never issued here or its row was purged.
  func refreshToken(_ digest: RefreshTokenDigest) throws -> RefreshTokenRecord?
  /// In one transaction: if `old` is known and not revoked, revokes it and its access token and keeps `new`. Of any
  /// number of simultaneous calls with the same `old`, in any number of processes, exactly one gets `.rotated`. Durable when it
  /// returns: a token that was used stays used, whatever happens then.
  func rotate(_ old: RefreshTokenDigest, to new: TokenIssue) async throws -> RotationOutcome
  /// What the access token with this id may do now. `nil` when it was not recorded here, when it was revoked, and when its consumer
  /// or its account was changed or removed since. A purged row counts as revoked, as on the site (reference 7.6).
  func rights(accessTokenID: String) throws -> TokenRights?
  /// Ends an access token and the refresh token that it was handed out with. Durable when it returns.
  func revoke(accessTokenID: String) async throws

  /// Keeps a new authorization code. Durable when it returns.
  func keep(_ code: AuthorizationCode) async throws
  /// What is known of a code; `nil` when it was never given here, when its consumer or its account was changed or removed since,
  /// or when it is long over.
  func authorizationCode(_ digest: AuthorizationCodeDigest) throws -> AuthorizationCodeRecord?
  /// In one transaction: if the code is known and not used, uses it up and keeps `issue`. Of any number of simultaneous calls with
  /// the same code, in any number of processes, exactly one gets `.rotated`. Durable when it returns.
  func redeem(_ digest: AuthorizationCodeDigest, for issue: TokenIssue) async throws -> RotationOutcome
  /// Ends all pairs that go back to a code. Durable when it returns.
  /// - Returns: the ids of the access tokens that ended.
  func endTokens(of code: AuthorizationCodeDigest) async throws -> [String]
  /// The scopes that a person has allowed a consumer without having to be asked again; `nil` where they never were.
  func consent(consumerID: String, accountID: Int64) throws -> [String]?
  /// Remembers what a person allows a consumer, in the place of what they allowed before.
  /// - Parameter now: Unix seconds.
  func remember(_ scopes: [String], consumerID: String, accountID: Int64, at now: Int64) async throws
}
