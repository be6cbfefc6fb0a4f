import GRDB

/// A client of the local API as it is stored. Names, scopes and URIs are without spaces; lists are in their order.
package struct ConsumerRow: Sendable, Hashable {
  /// The `client_id` (RFC 6749, 2.2).
  package var id: String
  /// What people call it.
  package var label: String
  /// The encoded hash; nil for a public client.
  package var secretHash: String?
  /// What it may ask for, by `grant_type` (RFC 6749, 4 and 6).
  package var grants: [String]
  /// The scopes that it may ask for (RFC 6749, 3.3).
  package var scopes: [String]
  /// The name of what it may see; nil for everything.
  package var sight: String?
  /// Where it may have people sent back to (RFC 6749, 3.1.2).
  package var redirectURIs: [String]
  /// Whether it may give a challenge as it is, without hashing it (RFC 7636, 4.2).
  package var isPlainChallengeAllowed: Bool
  /// The life of its access tokens in seconds; nil takes the server's.
  package var accessTokenSeconds: Int64?
  /// Unix seconds.
  package var created: Int64

  /// A consumer that sees everything and sends nobody anywhere, unless told otherwise.
  package init(
    id: String, label: String, secretHash: String?, grants: [String], scopes: [String], sight: String? = nil,
    redirectURIs: [String] = [], isPlainChallengeAllowed: Bool = false, accessTokenSeconds: Int64? = nil, created: Int64
  ) {
    self.id = id
    self.label = label
    self.secretHash = secretHash
    self.grants = grants
    self.scopes = scopes
    self.sight = sight
    self.redirectURIs = redirectURIs
    self.isPlainChallengeAllowed = isPlainChallengeAllowed
    self.accessTokenSeconds = accessTokenSeconds
    self.created = created
  }

  init(_ row: Row) throws {
    try self.init(
      id: row.decode(forColumn: "id"), label: row.decode(forColumn: "label"),
      secretHash: row.decode(forColumn: "secret_hash"), grants: WordList.words(row.decode(forColumn: "grants")),
      scopes: WordList.words(row.decode(forColumn: "scopes")), sight: row.decode(forColumn: "sight"),
      redirectURIs: WordList.words(row.decode(forColumn: "redirect_uris")),
      isPlainChallengeAllowed: row.decode(forColumn: "plain_challenge"),
      accessTokenSeconds: row.decode(forColumn: "access_token_seconds"), created: row.decode(forColumn: "created"))
  }
}

/// A person who may sign in to the local API.
package struct AccountRow: Sendable, Hashable {
  /// The number by which tokens name it.
  package var id: Int64
  /// The `username` (RFC 6749, 4.3.2), compared exactly.
  package var name: String
  /// The encoded hash of the `password`.
  package var passwordHash: String
  /// The `user--user` resource that the account stands for.
  package var userUUID: String?
  /// The scopes that its tokens are limited to; empty for no limit but the client's.
  package var scopes: [String]
  /// The name of what it may see; nil for everything.
  package var sight: String?
  /// Whether it is known by the site's word alone: nobody added it here.
  package var isFromSite: Bool
  /// When the site said last that the password is right; Unix seconds. Nil for accounts that were added here.
  package var verifiedAt: Int64?

  init(_ row: Row) throws {
    id = try row.decode(forColumn: "id")
    name = try row.decode(forColumn: "name")
    passwordHash = try row.decode(forColumn: "password_hash")
    userUUID = try row.decode(forColumn: "user_uuid")
    scopes = try WordList.words(row.decode(forColumn: "scopes"))
    sight = try row.decode(forColumn: "sight")
    isFromSite = try row.decode(forColumn: "from_site")
    verifiedAt = try row.decode(forColumn: "verified_at")
  }
}

/// Words in one column, with spaces between them.
enum WordList {
  static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
  static func text(_ words: [String]) -> String { words.joined(separator: " ") }
}
