/// What an access token may do now, whatever it could do when it was issued: what an account or a consumer loses, its tokens lose.
package struct TokenRights: Sendable, Hashable {
  /// The `client_id` that the token was issued to.
  package var consumerID: String
  /// The account behind it; `nil` under `client_credentials`.
  package var accountID: Int64?
  /// The token's scopes, less what its consumer and its account may have by now.
  package var scopes: [String]
  /// The names of what the consumer and the account may see, none to two.
  package var sights: [String]
  /// The user that the token stands for: the account's, else the consumer's.
  package var userUUID: String?

  /// Rights that are known already.
  package init(consumerID: String, accountID: Int64?, scopes: [String], sights: [String], userUUID: String?) {
    self.consumerID = consumerID
    self.accountID = accountID
    self.scopes = scopes
    self.sights = sights
    self.userUUID = userUUID
  }

  /// What is left of a token's scopes.
  /// - Parameters:
  ///   - issued: what it was issued with.
  ///   - consumer: its consumer's id and scopes, and the name of what that may see.
  ///   - account: the same of its account, whose empty list of scopes is no limit; `nil` under `client_credentials`.
  ///   - userUUID: as the property.
  package init(
    issued: [String], consumer: (id: String, scopes: [String], sight: String?),
    account: (id: Int64, scopes: [String], sight: String?)?, userUUID: String?
  ) {
    consumerID = consumer.id
    accountID = account?.id
    let scopes = Scopes.common(issued, consumer.scopes)
    let limit = account?.scopes ?? []
    self.scopes = limit.isEmpty ? scopes : Scopes.common(scopes, limit)
    sights = [consumer.sight, account?.sight].compactMap { $0 }
    if sights.count == 2, sights[0] == sights[1] { sights.removeLast() }
    self.userUUID = userUUID
  }

  /// What is left of a token's scopes for these two.
  package init(issued: [String], consumer: Consumer, account: Account?) {
    self.init(
      issued: issued, consumer: (id: consumer.id, scopes: consumer.scopes, sight: consumer.sight),
      account: account.map { (id: $0.id, scopes: $0.scopes, sight: $0.sight) },
      userUUID: account.map(\.userUUID) ?? consumer.userUUID)
  }
}
