/// Why a bearer token is refused. The site answers 401 with an HTML page; the reason stands only in `www-authenticate`
/// (reference 7.6).
package struct BearerFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The site's words.
  package let hint: String

  static let missing = BearerFailure(hint: "Missing \"Bearer\" token")
  static let base64 = BearerFailure(
    hint: "Error while decoding from Base64Url, invalid base64 characters detected")
  /// A bad signature, an expired token, one from the future: the site does not tell them apart.
  static let unverified = BearerFailure(hint: "Access token could not be verified")
  static let revoked = BearerFailure(hint: "Access token has been revoked")

  /// The value of `www-authenticate` (RFC 6750, 3).
  package var challenge: String {
    let text = hint.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) }
    return "Bearer realm=\"OAuth\", error=\"access_denied\", error_description=\"\(text)\""
  }

  /// The site's words.
  package var description: String { hint }
}
