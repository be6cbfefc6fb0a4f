import Coding
import Crypto
import CryptoExtras
import Foundation
import JWTKit

/// An RSA key that signs tokens with RS256, and with nothing else.
package struct SigningKey: Sendable {
  /// Why a text is no key that can be used.
  package enum Failure: Error, Sendable, Hashable {
    /// No RSA private key in PEM form.
    case unreadable
    /// RFC 7518, 3.3 asks for 2048 bits.
    case tooShort
  }

  private let keys: JWTKeyCollection
  /// The public key's `n` and `e` (RFC 7518, 6.3.1).
  private let modulus: String
  private let exponent: String
  /// The `kid` of its tokens: the key's thumbprint (RFC 7638), 43 letters, digits, `-` and `_`.
  package let id: String

  /// - Parameter pem: a PKCS #8 or PKCS #1 private key.
  /// - Throws: `Failure`.
  package init(pem: String) async throws(Failure) {
    let key: _RSA.Signing.PrivateKey
    do { key = try _RSA.Signing.PrivateKey(unsafePEMRepresentation: pem) } catch { throw .unreadable }
    guard key.keySizeInBits >= 2048 else { throw .tooShort }
    do {
      let numbers = try key.publicKey.getKeyPrimitives()
      modulus = Base64URL.encode(numbers.modulus)
      exponent = Base64URL.encode(numbers.publicExponent)
      keys = await JWTKeyCollection().add(
        rsa: try Insecure.RSA.PrivateKey(backing: key), digestAlgorithm: .sha256,
        serializer: DefaultJWTSerializer(jsonEncoder: OrderedJOSEEncoder()))
    } catch { throw .unreadable }
    id = SigningKey.thumbprint(modulus: modulus, exponent: exponent)
  }

  /// RFC 7638, 3: the members that the key needs, in the order of their names.
  private static func thumbprint(modulus: String, exponent: String) -> String {
    let members: JSON = ["e": .string(exponent), "kty": "RSA", "n": .string(modulus)]
    return Base64URL.encode(SHA256.hash(data: Data(members.encoded(.plain))))
  }

  /// A new key of 2048 bits in PKCS #8 PEM. Takes up to a second.
  package static func newPEM() throws -> String {
    try _RSA.Signing.PrivateKey(keySize: .bits2048).pkcs8PEMRepresentation
  }

  /// The compact JWT (RFC 7519) of these claims, with the key's `kid`.
  /// - Parameter jti: goes into the header as well, as in the site's tokens; nil for none.
  func sign(_ claims: some JWTPayload, jti: String?) async throws -> String {
    var fields: [String: JWTHeaderField] = ["kid": .string(id)]
    if let jti { fields["jti"] = .string(jti) }
    return try await keys.sign(claims, header: JWTHeader(fields: fields))
  }

  /// The claims of a token that this key signed with RS256. The header was checked before; see `CompactJWT`.
  /// - Throws: jwt-kit's error for any other token.
  func claims(of token: String) async throws -> AccessTokenClaims {
    try await keys.verify(token, as: AccessTokenClaims.self)
  }

  /// The public key alone (RFC 7517, 4): the three members that the site shows, then those that name it and what it is for.
  var publicKey: JSON {
    [
      "kty": "RSA", "n": .string(modulus), "e": .string(exponent), "kid": .string(id), "use": "sig", "alg": "RS256",
    ]
  }
}
