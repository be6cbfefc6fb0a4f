/// Bytes for ids, tokens and salts.
package enum SecureRandom {
  /// This many bytes from the system's cryptographic generator.
  package static let bytes: @Sendable (Int) -> [UInt8] = { count in
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
