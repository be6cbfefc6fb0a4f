import Crypto
import CryptoExtras
import Foundation
import JSONAPI

/// Access tokens put together by hand out of a good one.
struct ForgedToken {
  /// The members of the good one.
  let header: JSONObject
  let claims: JSONObject
  private let signature: String

  init(like token: String) throws {
    let parts = token.split(separator: ".").map(String.init)
    guard parts.count == 3, let header = try Self.members(parts[0]), let claims = try Self.members(parts[1]) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    self.header = header
    self.claims = claims
    signature = parts[2]
  }

  private static func members(_ part: String) throws -> JSONObject? {
    let plain = part.replacing("-", with: "+").replacing("_", with: "/")
    let padded = plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)
    guard let data = Data(base64Encoded: padded) else { return nil }
    return try JSON(parsing: data).object
  }

  /// With other members, signed by a key, with RS256 or another.
  /// - Parameters:
  ///   - header: takes the place of the good one's members; null takes one away.
  ///   - claims: the same of the claims.
  ///   - sign: makes the signature; nil leaves the good one's.
  func with(
    header: [(String, JSON)] = [], claims: [(String, JSON)] = [], sign: ((Data) throws -> Data)?
  ) throws -> String {
    let input = Self.encoded(changed(self.header, header)) + "." + Self.encoded(changed(self.claims, claims))
    guard let sign else { return "\(input).\(signature)" }
    return input + "." + Self.encoded(try sign(Data(input.utf8)))
  }

  private func changed(_ members: JSONObject, _ changes: [(String, JSON)]) -> Data {
    var members = members
    for (name, value) in changes { members[name] = value.isNull ? JSON?.none : JSON?.some(value) }
    return Data(JSON.object(members).encoded(.plain))
  }

  private static func encoded(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
  }

  /// RS256 with a private key in PEM.
  static func rsa(_ pem: String) -> (Data) throws -> Data {
    { input in
      try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        .signature(for: SHA256.hash(data: input), padding: .insecurePKCS1v1_5).rawRepresentation
    }
  }

  /// RS512 with a private key in PEM.
  static func rsa512(_ pem: String) -> (Data) throws -> Data {
    { input in
      try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        .signature(for: SHA512.hash(data: input), padding: .insecurePKCS1v1_5).rawRepresentation
    }
  }

  /// PS256 with a private key in PEM.
  static func pss(_ pem: String) -> (Data) throws -> Data {
    { input in
      try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        .signature(for: SHA256.hash(data: input), padding: .PSS).rawRepresentation
    }
  }

  /// HS256 with a text as its secret.
  static func hmac(_ secret: String) -> (Data) throws -> Data {
    { Data(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: Data(secret.utf8)))) }
  }

  /// No signature to speak of.
  static func none(_ bytes: [UInt8]) -> (Data) throws -> Data { { _ in Data(bytes) } }

  static func publicPEM(_ pem: String) throws -> String {
    try _RSA.Signing.PrivateKey(pemRepresentation: pem).publicKey.pemRepresentation
  }

  /// The public key of a private one as a JWK (RFC 7517).
  static func jwk(_ pem: String) throws -> JSON {
    let numbers = try _RSA.Signing.PrivateKey(pemRepresentation: pem).publicKey.getKeyPrimitives()
    return [
      "kty": "RSA", "n": .string(encoded(Data(numbers.modulus))), "e": .string(encoded(Data(numbers.publicExponent))),
      "alg": "RS256", "use": "sig",
    ]
  }
}
