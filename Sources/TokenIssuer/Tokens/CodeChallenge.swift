import Coding
import Crypto
import Foundation

/// Proof that who brings a code is who asked for it (PKCE, RFC 7636).
package struct CodeChallenge: Sendable, Hashable {
  /// How a verifier becomes a challenge (RFC 7636, 4.2).
  package enum Method: String, Sendable, Hashable, CaseIterable {
    /// It is hashed: who sees the request cannot make the verifier of it.
    case hashed = "S256"
    /// It is the verifier itself.
    case plain
  }

  /// The `code_challenge`.
  package let text: String
  /// The `code_challenge_method`.
  package let method: Method

  /// - Returns: `nil` for a text that is none by RFC 7636, 4.2.
  package init?(_ text: String, _ method: Method) {
    guard CodeChallenge.isText(text) else { return nil }
    self.text = text
    self.method = method
  }

  /// Whether this can be a challenge or a verifier: 43 to 128 unreserved characters (RFC 7636, 4.1 and 4.2).
  static func isText(_ text: String) -> Bool {
    (43...128).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
      }
  }

  /// Whether the challenge was made of this verifier (RFC 7636, 4.6). Takes the same time for every wrong one of a length.
  func isMet(by verifier: String) -> Bool {
    let made =
      switch method {
      case .hashed: Base64URL.encode(SHA256.hash(data: Data(verifier.utf8)))
      case .plain: verifier
      }
    guard made.utf8.count == text.utf8.count else { return false }
    return zip(made.utf8, text.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
