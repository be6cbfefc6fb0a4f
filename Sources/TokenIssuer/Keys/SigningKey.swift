import Coding
import CryptoExtras
import Foundation
import JWTKit

/// The RSA key that signs access tokens with RS256. There is one, so tokens carry no `kid`, as the site's do not.
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
  }

  /// A new key of 2048 bits in PKCS #8 PEM. Takes up to a second.
  package static func newPEM() throws -> String {
    try _RSA.Signing.PrivateKey(keySize: .bits2048).pkcs8PEMRepresentation
  }

  /// The compact JWT (RFC 7519) of these claims.
  func sign(_ claims: AccessTokenClaims) async throws -> String {
    try await keys.sign(claims, header: JWTHeader(fields: ["jti": .string(claims.jti)]))
  }

  /// The compact JWT of an ID token (OpenID Connect Core, 2).
  func sign(_ claims: IDTokenClaims) async throws -> String {
    try await keys.sign(claims, header: JWTHeader(fields: [:]))
  }

  /// The claims of a token that this key signed with RS256. The header was checked before; see `CompactJWT`.
  /// - Throws: jwt-kit's error for any other token.
  func claims(of token: String) async throws -> AccessTokenClaims {
    try await keys.verify(token, as: AccessTokenClaims.self)
  }

  /// The answer of `/oauth/jwks`: the public key alone, with the three members that the site shows.
  package var document: TokenReply {
    let key: JSON = ["kty": "RSA", "n": .string(modulus), "e": .string(exponent)]
    let document: JSON = ["keys": [key]]
    return .document(document.encoded(.site))
  }
}
