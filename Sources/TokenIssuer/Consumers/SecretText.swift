import Coding

/// Secrets and passwords that the program makes.
package enum SecretText {
  /// 32 random bytes in characters that need no quoting in a shell or a URL.
  /// - Parameter random: this many unpredictable bytes.
  package static func make(random: (Int) -> [UInt8] = SecureRandom.bytes) -> String { Base64URL.encode(random(32)) }
}
