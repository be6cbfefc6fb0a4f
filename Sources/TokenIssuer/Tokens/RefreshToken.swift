import Coding
import Crypto
import Foundation

/// What is stored in place of a refresh token: its SHA-256. The token has 3,000 random bits, so no salt and no slow hash is needed.
package struct RefreshTokenDigest: Sendable, Hashable {
  /// 64 lower-case hexadecimal digits.
  package let hex: String

  /// The digest of a token as a client sends it.
  package init(of token: String) { hex = Hexadecimal.text(SHA256.hash(data: Data(token.utf8))) }

  /// A digest as it was stored.
  package init(stored hex: String) { self.hex = hex }
}

enum RefreshToken {
  /// An opaque token that looks like the site's: `def502` and hexadecimal digits, 762 characters (reference 7.3).
  static func generate(_ random: (Int) -> [UInt8]) -> String { "def502" + Hexadecimal.text(random(378)) }
}
