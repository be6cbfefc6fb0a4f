/// A verified access token.
package struct AccessToken: Sendable, Hashable {
  /// The `jti`.
  package var id: String
  /// The account behind it; `nil` under `client_credentials`.
  package var accountID: Int64?
  /// The `client_id` it was issued to.
  package var consumerID: String
  /// In the order of the token's `scope` claim.
  package var scopes: [String]
  /// Unix time in seconds; from then on it is refused.
  package var expiresAt: Double

  /// A token that was found good.
  package init(id: String, accountID: Int64?, consumerID: String, scopes: [String], expiresAt: Double) {
    self.id = id
    self.accountID = accountID
    self.consumerID = consumerID
    self.scopes = scopes
    self.expiresAt = expiresAt
  }

  /// Whether it may change resources.
  package var mayWrite: Bool { Scopes.allowWriting(scopes) }
}
