import Coding
import Crypto
import Foundation

/// What is stored in place of an authorization code: its SHA-256. A code has 480 random bits, so no salt and no slow hash is needed.
package struct AuthorizationCodeDigest: Sendable, Hashable {
  /// 64 lower-case hexadecimal digits.
  package let hex: String

  /// The digest of a code as a client sends it.
  package init(of code: String) { hex = Hexadecimal.text(SHA256.hash(data: Data(code.utf8))) }

  /// A digest as it was stored.
  package init(stored hex: String) { self.hex = hex }
}

/// An authorization code (RFC 6749, 4.1.2) as the ledger keeps it: all but the code. Times are Unix seconds.
package struct AuthorizationCode: Sendable, Hashable {
  /// Names the code without revealing it.
  package var digest: AuthorizationCodeDigest
  /// The `client_id` that it was given to.
  package var consumerID: String
  /// The account whose rights it gives.
  package var accountID: Int64
  /// Where it was sent to.
  package var redirectURI: String
  /// Whether the request named that URI: then the token request has to name the same (RFC 6749, 4.1.3).
  package var namesRedirectURI: Bool
  /// What was allowed.
  package var scopes: [String]
  /// What the verifier of the token request has to fit; `nil` where none was given.
  package var challenge: CodeChallenge?
  /// What an ID token repeats (OpenID Connect Core, 3.1.2.1).
  package var nonce: String?
  /// When it was given.
  package var issuedAt: Int64
  /// The last second at which it may be used.
  package var expiresAt: Int64

  /// A code.
  package init(
    digest: AuthorizationCodeDigest, consumerID: String, accountID: Int64, redirectURI: String, namesRedirectURI: Bool,
    scopes: [String], challenge: CodeChallenge?, nonce: String?, issuedAt: Int64, expiresAt: Int64
  ) {
    self.digest = digest
    self.consumerID = consumerID
    self.accountID = accountID
    self.redirectURI = redirectURI
    self.namesRedirectURI = namesRedirectURI
    self.scopes = scopes
    self.challenge = challenge
    self.nonce = nonce
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }

  /// A code that looks like the site's: `def502` and hexadecimal digits.
  static func generate(_ random: (Int) -> [UInt8]) -> String { "def502" + Hexadecimal.text(random(60)) }
}

/// What the ledger knows of a code.
package struct AuthorizationCodeRecord: Sendable, Hashable {
  /// What it was given with.
  package var code: AuthorizationCode
  /// True after its use.
  package var isUsed: Bool

  /// What the ledger found.
  package init(code: AuthorizationCode, isUsed: Bool) {
    self.code = code
    self.isUsed = isUsed
  }
}
