import Store
import TokenIssuer

extension ConsumerRow {
  /// A new client as it is stored.
  /// - Parameters:
  ///   - secretHash: encoded; nil for a public client.
  ///   - now: Unix seconds.
  package init(_ new: NewConsumer, secretHash: String?, at now: Int64) {
    self.init(
      id: new.id, label: new.label, secretHash: secretHash, grants: new.grants.map(\.rawValue), scopes: new.scopes,
      sight: new.sight, redirectURIs: new.redirectURIs, isPlainChallengeAllowed: new.isPlainChallengeAllowed,
      accessTokenSeconds: new.accessTokenSeconds, created: now)
  }
}
