/// A client that may ask for tokens (a "consumer" on the site).
package struct Consumer: Sendable {
  /// The `client_id`.
  package var id: String
  /// The `client_secret`.
  package var secret: String

  /// A confidential client with all grants.
  package init(id: String, secret: String) {
    self.id = id
    self.secret = secret
  }
}

/// A person for the password grant.
package struct Account: Sendable {
  /// The `username`.
  package var name: String
  /// The `password`.
  package var password: String
  /// UUID of the community's user; nil for `Community.account`, the one that synchronises.
  package var user: String?

  /// A person who can log in. What the person may do is up to the community: see `Community.roles`.
  package init(name: String, password: String, user: String? = nil) {
    self.name = name
    self.password = password
    self.user = user
  }
}
