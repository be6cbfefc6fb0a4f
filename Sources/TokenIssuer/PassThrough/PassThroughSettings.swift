/// What people get who sign in with what the site knows of them (`localAPI.passThrough`).
package struct PassThroughSettings: Sendable, Hashable {
  /// The scopes that their tokens are limited to; empty for no limit but the client's.
  package var scopes: [String]
  /// The name of what they may see; nil for no limit but the client's.
  package var sight: String?
  /// For how many seconds the site's word holds: so long a password is checked here alone.
  package var verifiedSeconds: Int64

  /// Settings.
  package init(scopes: [String], sight: String?, verifiedSeconds: Int64) {
    self.scopes = scopes
    self.sight = sight
    self.verifiedSeconds = verifiedSeconds
  }
}
