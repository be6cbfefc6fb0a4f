import GRDB

extension Tokens {
  /// When the last access token ends that was issued so far and is not ended yet, Unix seconds; nil where there is none.
  package func lastExpiry() throws -> Int64? {
    try read { try Int64.fetchOne($0, sql: "SELECT max(expires) FROM issued_token WHERE NOT revoked") }
  }
}
