import Coding
import Crypto
import Foundation

/// Proves that a form was shown by this process to the browser that sends it, for the same purpose, and not long ago: another site can
/// make a browser send a form, but does not know its seal. Nothing has to be kept for it. Each seal is another one, so that a page that
/// is compressed tells nothing of it by its length.
package struct FormSeal: Sendable {
  /// How long a page may lie open, in seconds.
  package static let lifeSeconds = 3_600.0

  private let key: SymmetricKey
  private let random: @Sendable (Int) -> [UInt8]

  /// Seals of a key of this process.
  /// - Parameter random: this many unpredictable bytes.
  package init(random: @escaping @Sendable (Int) -> [UInt8] = SecureRandom.bytes) {
    self.random = random
    key = SymmetricKey(data: Data(random(32)))
  }

  /// A seal for one form.
  /// - Parameters:
  ///   - purpose: what the form does, and to what.
  ///   - browser: the value of its cookie.
  ///   - now: Unix seconds.
  package func seal(_ purpose: String, for browser: String, at now: Double) -> String {
    let head = random(16) + FormSeal.bytes(of: UInt64(max(0, now)))
    let code = HMAC<SHA256>.authenticationCode(for: message(head, purpose, browser), using: key)
    return Base64URL.encode(head + Array(code))
  }

  /// Whether a seal is one of these. Takes the same time for every wrong one of the right form.
  package func isGood(_ seal: String, _ purpose: String, for browser: String, at now: Double) -> Bool {
    guard seal.utf8.count <= 100, let bytes = Base64URL.decode(seal), bytes.count == 56 else { return false }
    let head = Array(bytes[..<24])
    let sealedAt = head[16...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let age = now - Double(sealedAt)
    return HMAC<SHA256>.isValidAuthenticationCode(
      Data(bytes[24...]), authenticating: message(head, purpose, browser), using: key)
      && (-1...FormSeal.lifeSeconds).contains(age)
  }

  /// Of a fixed form, so that no part can be taken for the next.
  private func message(_ head: [UInt8], _ purpose: String, _ browser: String) -> Data {
    Data(head) + Data(SHA256.hash(data: Data(purpose.utf8))) + Data(SHA256.hash(data: Data(browser.utf8)))
  }

  private static func bytes(of number: UInt64) -> [UInt8] {
    (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }
}
