import Crypto
import CryptoExtras
import Foundation
import JSONAPI
import Testing

/// JWTs put together by hand, independently of the code under test.
enum JOSE {
  static func encode(_ bytes: some DataProtocol) -> String {
    let digits: [Character] = Data(bytes).base64EncodedString().filter { $0 != "=" }.map {
      $0 == "+" ? "-" : $0 == "/" ? "_" : $0
    }
    return String(digits)
  }

  static func decode(_ text: some StringProtocol) throws -> [UInt8] {
    let plain = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    let padded = plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)
    return Array(try #require(Data(base64Encoded: padded)))
  }

  /// The header and the claims.
  static func parts(_ token: String) throws -> (header: JSON, claims: JSON) {
    let parts = token.split(separator: ".")
    try #require(parts.count == 3)
    return (try JSON(parsing: decode(parts[0])), try JSON(parsing: decode(parts[1])))
  }

  static func token(_ header: String, _ claims: String, sign: (Data) throws -> Data) rethrows -> String {
    let input = encode(Data(header.utf8)) + "." + encode(Data(claims.utf8))
    return input + "." + encode(try sign(Data(input.utf8)))
  }

  static func rsa(_ pem: String, _ input: Data, sha512: Bool = false) throws -> Data {
    let key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
    return sha512
      ? try key.signature(for: SHA512.hash(data: input), padding: .insecurePKCS1v1_5).rawRepresentation
      : try key.signature(for: SHA256.hash(data: input), padding: .insecurePKCS1v1_5).rawRepresentation
  }

  static func hmac(_ key: String, _ input: Data) -> Data {
    Data(HMAC<SHA256>.authenticationCode(for: input, using: SymmetricKey(data: Data(key.utf8))))
  }

  static func publicPEM(_ pem: String) throws -> String {
    try _RSA.Signing.PrivateKey(pemRepresentation: pem).publicKey.pemRepresentation
  }
}
