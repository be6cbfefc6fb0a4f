import Coding
import Crypto
import CryptoExtras
import Foundation

/// A client secret or a password as it is stored: scrypt (RFC 7914) with a random salt, in the PHC string format
/// `$scrypt$ln=13,r=8,p=1$<salt>$<hash>`. White space around a secret does not count, because the site trims what it is sent.
package struct SecretHash: Sendable, Hashable, CustomStringConvertible {
  /// How much work one guess is. A value is stored with each hash, so it may be raised later.
  package struct Cost: Sendable, Hashable {
    /// The binary logarithm of scrypt's N.
    package var logarithm: Int
    /// scrypt's r, 1 to 32.
    package var blockSize: Int
    /// scrypt's p, 1 to 16.
    package var parallelism: Int

    /// 8 MiB, and some 20 ms of one core in a release build: a password grant pays it twice.
    package static let standard = Cost(logarithm: 13, blockSize: 8, parallelism: 1)

    /// - Parameter logarithm: of N, 1 to 20.
    package init(logarithm: Int, blockSize: Int = 8, parallelism: Int = 1) {
      self.logarithm = logarithm
      self.blockSize = blockSize
      self.parallelism = parallelism
    }
  }

  /// Why a secret could not be hashed.
  package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    case empty
    case unavailable

    /// One line for the operator.
    package var description: String {
      switch self {
      case .empty: "the secret is empty: give one with at least one character that is no white space"
      case .unavailable: "the secret could not be hashed: not enough memory for scrypt"
      }
    }
  }

  private let cost: Cost
  private let salt: [UInt8]
  private let hash: [UInt8]

  /// Reads the stored form; `nil` when it is not one of this program's or its cost is out of bounds.
  package init?(encoded: String) {
    let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
    var numbers: [Substring: Int] = [:]
    for pair in parts[2].split(separator: ",") {
      let sides = pair.split(separator: "=")
      guard sides.count == 2, let number = Int(sides[1]) else { return nil }
      numbers[sides[0]] = number
    }
    guard let logarithm = numbers["ln"], let blockSize = numbers["r"], let parallelism = numbers["p"],
      (1...20).contains(logarithm), (1...32).contains(blockSize), (1...16).contains(parallelism),
      let salt = Base64URL.decode(parts[3]), let hash = Base64URL.decode(parts[4]), hash.count >= 16
    else { return nil }
    cost = Cost(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism)
    self.salt = salt
    self.hash = hash
  }

  private init(cost: Cost, salt: [UInt8], hash: [UInt8]) {
    self.cost = cost
    self.salt = salt
    self.hash = hash
  }

  /// Hashes a new secret.
  /// - Throws: `Failure`.
  package static func make(
    _ secret: String, cost: Cost = .standard, random: (Int) -> [UInt8] = SecureRandom.bytes
  ) throws(Failure) -> SecretHash {
    let secret = secret.trimmedAsByPHP
    guard !secret.isEmpty else { throw .empty }
    let salt = random(16)
    guard let hash = derive(secret, salt: salt, count: 32, cost) else { throw .unavailable }
    return SecretHash(cost: cost, salt: salt, hash: hash)
  }

  /// The stored form.
  package var encoded: String {
    "$scrypt$ln=\(cost.logarithm),r=\(cost.blockSize),p=\(cost.parallelism)"
      + "$\(Base64URL.encode(salt))$\(Base64URL.encode(hash))"
  }

  /// Says nothing of the hash, so that it cannot end up in a log.
  package var description: String { "a secret's hash" }

  /// Whether this is the secret. Takes the same time for every wrong one.
  package func verify(_ secret: String) -> Bool {
    guard let candidate = SecretHash.derive(secret.trimmedAsByPHP, salt: salt, count: hash.count, cost) else {
      return false
    }
    var difference: UInt8 = 0
    for (ours, theirs) in zip(hash, candidate) { difference |= ours ^ theirs }
    return difference == 0 && candidate.count == hash.count
  }

  /// A hash that no secret matches, for the same work as with a real one: an unknown name is not answered faster than a
  /// wrong password.
  static let decoy = SecretHash(cost: .standard, salt: Array(repeating: 0, count: 16), hash: SecureRandom.bytes(32))

  private static func derive(_ secret: String, salt: [UInt8], count: Int, _ cost: Cost) -> [UInt8]? {
    let key = try? KDF.Scrypt.deriveKey(
      from: Array(secret.utf8), salt: salt, outputByteCount: count, rounds: 1 << cost.logarithm,
      blockSize: cost.blockSize, parallelism: cost.parallelism)
    return key?.withUnsafeBytes { Array($0) }
  }
}
