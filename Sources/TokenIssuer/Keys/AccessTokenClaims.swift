import Coding
import Foundation
import JWTKit

/// Claims that are written in an order of their own.
protocol OrderedClaims: JWTPayload {
  /// The members in their order.
  var json: JSON { get }
}

/// The claims of an access token, as the site's tokens have them (reference 7.3), and whose they are.
struct AccessTokenClaims: OrderedClaims {
  var aud: String
  var jti: String
  var iat: Int64
  var nbf: Int64
  /// With microseconds, as the site's.
  var exp: Double
  var scope: [String]
  /// The mirror that it is good for (RFC 7519, 4.1.1); the key ring puts it in. Newer sites name themselves, too.
  var iss: String?
  /// The account's id in decimal; absent under `client_credentials`.
  var sub: String?

  /// Times are judged by the verifier, with its own clock.
  func verify(using algorithm: some JWTAlgorithm) async throws {}

  /// The site's order; microseconds without trailing zeros, whole seconds without a point, as PHP prints them.
  var json: JSON {
    var members = JSONObject([
      ("aud", .string(aud)), ("jti", .string(jti)), ("iat", .integer(iat)), ("nbf", .integer(nbf)),
      ("exp", .number(Self.seconds(exp))), ("scope", .array(scope.map { .string($0) })),
    ])
    if let iss { members["iss"] = .string(iss) }
    if let sub { members["sub"] = .string(sub) }
    return .object(members)
  }

  private static func seconds(_ time: Double) -> String {
    let microseconds = Int64((time * 1_000_000).rounded())
    let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    guard rest > 0 else { return String(whole) }
    let digits = String(rest + 1_000_000).dropFirst()
    return "\(whole).\(digits[...(digits.lastIndex { $0 != "0" } ?? digits.startIndex)])"
  }
}

/// Writes headers and claims in the site's order, which JSONEncoder does not keep.
struct OrderedJOSEEncoder: JWTJSONEncoder {
  func encode<Value: Encodable>(_ value: Value) throws -> Data {
    switch value {
    case let header as JWTHeader:
      var members = JSONObject()
      for name in ["typ", "alg", "jti", "kid"] {
        if let text = header.fields[name]?.asString { members[name] = .string(text) }
      }
      return Data(JSON.object(members).encoded(.plain))
    case let claims as any OrderedClaims: return Data(claims.json.encoded(.plain))
    default: return try JSONEncoder().encode(value)
    }
  }
}
