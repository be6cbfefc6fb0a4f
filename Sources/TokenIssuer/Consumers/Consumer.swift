/// The grants of RFC 6749 that the mirror knows, by their `grant_type` (sections 4.1, 4.3, 4.4 and 6).
package enum Grant: String, Sendable, Hashable, CaseIterable {
  /// A name and a password of an account.
  case password
  /// The consumer on its own behalf; no refresh token.
  case clientCredentials = "client_credentials"
  /// A code that a person got for the consumer at `/oauth/authorize`.
  case authorizationCode = "authorization_code"
  /// A refresh token in place of a password; also what makes the other grants hand one out.
  case refreshToken = "refresh_token"
}

/// A client of the local API, in the words of Drupal's consumers module.
package struct Consumer: Sendable, Hashable {
  /// The `client_id`.
  package var id: String
  /// What people call it.
  package var label: String
  /// The hashed client secret. `nil` makes a public client (RFC 6749, 2.1): nothing is asked of it, and
  /// `client_credentials` is refused to it.
  package var secretHash: SecretHash?
  /// What it may ask for; any other grant answers `unsupported_grant_type`, as the site does.
  package var grants: Set<Grant>
  /// The scopes it may ask for.
  package var scopes: [String]
  /// What a request without a scope gets. Always within `scopes`.
  package var defaultScopes: [String]
  /// The life of its access tokens in seconds; `nil` takes the server's.
  package var accessTokenSeconds: Int64?
  /// The name of what it may see; `nil` for everything.
  package var sight: String?
  /// Where it may have people sent back to: see `RedirectURI`.
  package var redirectURIs: [String]
  /// Whether it may prove itself by a challenge that is not hashed (RFC 7636, 4.2).
  package var isPlainChallengeAllowed: Bool
  /// The user in whose name it writes under `client_credentials`, if any: the UUID of a `user--user` resource.
  package var userUUID: String?

  /// - Parameter defaultScopes: what a request without a scope gets; `nil` stands for all of `scopes`. Names that are not
  ///   in `scopes` are left out.
  package init(
    id: String, label: String = "", secretHash: SecretHash?, grants: Set<Grant>, scopes: [String] = Scopes.standard,
    defaultScopes: [String]? = nil, accessTokenSeconds: Int64? = nil, sight: String? = nil, redirectURIs: [String] = [],
    isPlainChallengeAllowed: Bool = false, userUUID: String? = nil
  ) {
    self.id = id
    self.label = label
    self.secretHash = secretHash
    self.grants = grants
    self.scopes = scopes
    self.defaultScopes = (defaultScopes ?? scopes).filter(scopes.contains)
    self.accessTokenSeconds = accessTokenSeconds
    self.sight = sight
    self.redirectURIs = redirectURIs
    self.isPlainChallengeAllowed = isPlainChallengeAllowed
    self.userUUID = userUUID
  }
}

/// A person (or a program) that signs in, with the password grant or at `/oauth/authorize`.
package struct Account: Sendable, Hashable {
  /// The token's `sub`, in decimal.
  package var id: Int64
  /// The `username`.
  package var name: String
  /// Of the `password`.
  package var passwordHash: SecretHash
  /// The UUID of the `user--user` resource that this account writes as, if any.
  package var userUUID: String?
  /// The scopes that its tokens are limited to; empty for no limit besides the consumer's.
  package var scopes: [String]
  /// The name of what it may see; `nil` for everything.
  package var sight: String?
  /// Whether it is known by the site's word alone.
  package var isFromSite: Bool
  /// When the site said last that the password is right; Unix seconds.
  package var verifiedAt: Int64?

  /// An account with no limit of scopes but its consumers', unless one is given.
  package init(
    id: Int64, name: String, passwordHash: SecretHash, userUUID: String? = nil, scopes: [String] = [],
    sight: String? = nil, isFromSite: Bool = false, verifiedAt: Int64? = nil
  ) {
    self.id = id
    self.name = name
    self.passwordHash = passwordHash
    self.userUUID = userUUID
    self.scopes = scopes
    self.sight = sight
    self.isFromSite = isFromSite
    self.verifiedAt = verifiedAt
  }
}
