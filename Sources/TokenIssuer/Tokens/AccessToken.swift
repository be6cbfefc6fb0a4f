/// A verified access token.
package struct AccessToken: Sendable, Hashable {
  /// The `jti`.
  package var id: String
  /// The account behind it; `nil` under `client_credentials`.
  package var accountID: Int64?
  /// The `client_id` it was issued to.
  package var consumerID: String
  /// The scopes of its claim, less what its consumer and its account may no longer have, in their order.
  package var scopes: [String]
  /// The names of what its consumer and its account may see, none to two: it shows what all of them show.
  package var sights: [String]
  /// The UUID of the `user--user` resource that it stands for, if any.
  package var userUUID: String?
  /// Unix time in seconds; from then on it is refused.
  package var expiresAt: Double

  /// A token that was found good.
  package init(
    id: String, accountID: Int64?, consumerID: String, scopes: [String], sights: [String] = [], userUUID: String? = nil,
    expiresAt: Double
  ) {
    self.id = id
    self.accountID = accountID
    self.consumerID = consumerID
    self.scopes = scopes
    self.sights = sights
    self.userUUID = userUUID
    self.expiresAt = expiresAt
  }

  /// The same token with the rights that it has by now.
  func with(_ rights: TokenRights) -> AccessToken {
    AccessToken(
      id: id, accountID: accountID, consumerID: consumerID, scopes: rights.scopes, sights: rights.sights,
      userUUID: rights.userUUID, expiresAt: expiresAt)
  }

  /// The types that it may read, entity types and resource types, by its scopes `read:TYPE`; `nil` where it may read all.
  package var readableTypes: [String]? { Scopes.allowAll("read", scopes) ? nil : Scopes.types(of: "read", scopes) }

  /// Whether it may read resources of a type.
  /// - Parameters:
  ///   - type: the name of a resource type (`node--topic`).
  ///   - entityType: the one that it belongs to; what stands before the `--` unless it is given.
  package func mayRead(_ type: String, of entityType: String? = nil) -> Bool {
    Scopes.allow("read", type, of: entityType, scopes)
  }

  /// Whether it may change resources of a type; parameters as of `mayRead`.
  package func mayWrite(_ type: String, of entityType: String? = nil) -> Bool {
    Scopes.allow("write", type, of: entityType, scopes)
  }

  /// Whether there may be a resource that it may change.
  package var mayWriteAnything: Bool {
    Scopes.allowAll("write", scopes) || scopes.contains { $0.hasPrefix("write:") }
  }
}
