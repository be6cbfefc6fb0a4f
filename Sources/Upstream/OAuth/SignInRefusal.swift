import Crypto
import CryptoExtras
import Foundation
import JSONAPI

/// That the site refused to sign somebody in, kept so that a program that is started again and again does not make the site lock
/// the account: Drupal does after five failed logins within six hours. No secret is in it: whose credentials they were is told
/// by a salted scrypt hash (RFC 7914).
package struct SignInRefusal: Sendable, Hashable {
  private let salt: [UInt8]
  private let mark: [UInt8]
  /// When it was: Unix seconds of this machine.
  let at: Int64
  /// The message of the refusal.
  let reason: String

  /// Credentials that were refused just now.
  /// - Parameters:
  ///   - time: Unix seconds of this machine.
  ///   - before: the refusal of the same credentials before this one.
  init(of credentials: Credentials, tokenURL: String, reason: String, at time: Int64, after before: SignInRefusal?) {
    salt = before?.salt ?? (0..<16).map { _ in UInt8.random(in: 0...255) }
    mark = before?.mark ?? SignInRefusal.mark(of: credentials, tokenURL: tokenURL, salt: salt)
    at = time
    self.reason = reason
  }

  /// Until when nobody signs in with these credentials, Unix seconds: for one hour, however often they were refused, for they may
  /// have been put right on the site. Where they were not, a timer makes one try an hour: the fifth may lock the account for as long
  /// as the site remembers the first.
  var until: Int64 { at &+ 3_600 }

  /// Whether it still counts.
  /// - Parameter time: Unix seconds; one before the refusal tells that the clock was set.
  func holds(at time: Int64) -> Bool { time >= at && time < until }

  /// Whether these are the credentials that were refused: route, client, user, scope and all secrets.
  func concerns(_ credentials: Credentials, tokenURL: String) -> Bool {
    !mark.isEmpty && mark == SignInRefusal.mark(of: credentials, tokenURL: tokenURL, salt: salt)
  }

  private static func mark(of credentials: Credentials, tokenURL: String, salt: [UInt8]) -> [UInt8] {
    let words = [credentials.fingerprint(tokenURL: tokenURL)] + credentials.secrets
    // Lengths keep what belongs to one secret apart from what belongs to the next.
    let text = words.map { "\($0.utf8.count):\($0)" }.joined()
    let key = try? KDF.Scrypt.deriveKey(
      from: Data(text.utf8), salt: Data(salt), outputByteCount: 32, rounds: 1 << 13, blockSize: 8, parallelism: 1)
    return key.map { $0.withUnsafeBytes { Array($0) } } ?? []
  }

  // MARK: As JSON, for vaults

  /// The members.
  package var json: JSON {
    [
      "salt": .string(Hexadecimal.text(salt)), "mark": .string(Hexadecimal.text(mark)), "at": .integer(at),
      "reason": .string(reason),
    ]
  }

  /// A refusal from its members; nil when one is missing or out of bounds.
  package init?(json: JSON) {
    guard let salt = SignInRefusal.bytes(json["salt"]),
      let mark = SignInRefusal.bytes(json["mark"]),
      let at = json["at"]?.integer, (0...1 << 40).contains(at), let reason = json["reason"]?.string
    else { return nil }
    (self.salt, self.mark, self.at, self.reason) = (salt, mark, at, reason)
  }

  /// At most 128 bytes: what is more is none of ours.
  private static func bytes(_ member: JSON?) -> [UInt8]? {
    guard let text = member?.string, text.utf8.count <= 256 else { return nil }
    return Hexadecimal.bytes(text)
  }
}
