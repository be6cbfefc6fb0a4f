import Foundation
import JSONAPI

/// The parameters of a token request: the form, and client id and secret from a Basic header (reference 7.2).
struct TokenForm: Sendable {
  private var fields: [String: String] = [:]

  init(_ request: SiteRequest) {
    let type = request.headers["content-type"] ?? ""
    if type.hasPrefix("application/x-www-form-urlencoded") {
      for pair in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
        guard let equals = pair.firstIndex(of: "=") else { continue }
        let value = BracketParameters.decoded(pair[pair.index(after: equals)...])
        fields[BracketParameters.decoded(pair[..<equals])] = value
      }
    }
    guard let header = request.headers["authorization"], header.lowercased().hasPrefix("basic "),
      let data = Data(base64Encoded: String(header.dropFirst(6)))
    else { return }
    let text = String(decoding: data, as: UTF8.self)
    guard let colon = text.firstIndex(of: ":") else { return }
    fields["client_id"] = String(text[..<colon])
    fields["client_secret"] = String(text[text.index(after: colon)...])
  }

  subscript(name: String) -> String? { fields[name] }

  func required(_ name: String) throws(TokenFault) -> String {
    guard let value = fields[name], !value.isEmpty else { throw .missing(name) }
    return value
  }
}

/// A token request that is refused (reference 7.4, the column of league 9).
enum TokenFault: Error, Sendable {
  case missing(String)
  case unsupportedGrant
  case invalidClient
  case invalidScope(String)
  case wrongCredentials
  case refresh(String)

  func response(hadAuthorizationHeader: Bool) -> SiteResponse {
    let malformed =
      "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than "
      + "once, or is otherwise malformed."
    let unsupported = "The authorization grant type is not supported by the authorization server."
    let (error, description, hint): (String, String, String?) =
      switch self {
      case .missing(let name): ("invalid_request", malformed, "Check the `\(name)` parameter")
      case .unsupportedGrant:
        ("unsupported_grant_type", unsupported, "Check that all required parameters have been provided")
      case .invalidClient: ("invalid_client", "Client authentication failed", nil)
      case .invalidScope(let name):
        ("invalid_scope", "The requested scope is invalid, unknown, or malformed", "Check the `\(name)` scope")
      case .wrongCredentials: ("invalid_grant", "The user credentials were incorrect.", nil)
      case .refresh(let hint): ("invalid_grant", "The refresh token is invalid.", hint)
      }
    var document = JSONObject([("error", .string(error)), ("error_description", .string(description))])
    if let hint { document["hint"] = .string(hint) }
    var headers: [(name: String, value: String)] = [("content-type", "application/json")]
    var status = 400
    if case .invalidClient = self {
      status = 401
      if hadAuthorizationHeader { headers.append(("www-authenticate", "Basic realm=\"OAuth\"")) }
    }
    return SiteResponse(status, headers, body: JSON.object(document).encoded(.oauth))
  }
}

extension AuthorizationServer {
  /// A token of the shape of the site's JWTs. Its signature is noise: the site knows its tokens by heart.
  static func token(
    _ client: String, _ scope: String, _ owner: Owner, _ now: Double, _ seconds: Double, number: Int, seed: UInt64
  ) -> String {
    let jti = hex(80, number: number, seed: seed ^ now.bitPattern)
    let header: JSON = ["typ": "JWT", "alg": "RS256", "jti": .string(jti)]
    let exp = String(format: "%.6f", now + seconds)
    var claims = JSONObject([
      ("aud", .string(client)), ("jti", .string(jti)), ("iat", .integer(Int64(now))), ("nbf", .integer(Int64(now))),
      ("exp", .number(exp)), ("scope", .array(scope.split(separator: " ").map { .string(String($0)) })),
    ])
    if owner != .client { claims["sub"] = owner.user == nil ? "2" : "3" }
    let signature = Array(hex(256, number: number, seed: ~seed ^ now.bitPattern).utf8)
    return [header.encoded(.oauth), JSON.object(claims).encoded(.oauth), signature].map { Base64URL.encode($0) }
      .joined(separator: ".")
  }

  /// Hexadecimal digits that no two tokens share, and the same for the same seed and time: simulations are repeatable.
  static func hex(_ count: Int, number: Int, seed: UInt64) -> String {
    var state = mixed(UInt64(number)) ^ seed
    let bytes = (0..<count).map { _ in
      state = mixed(state)
      return Hexadecimal.digit(UInt8(state & 0xF))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
