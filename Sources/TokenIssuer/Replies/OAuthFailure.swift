import Coding

/// A refusal of the token endpoint (RFC 6749, 5.2) or of an authorization request (RFC 6749, 4.1.2.1) in the words of league/oauth2-server 9 (reference 7.4).
struct OAuthFailure: Error, Hashable {
  var status = 400
  var error: String
  var description: String
  var hint: String?

  static func invalidRequest(_ parameter: String, hint: String? = nil) -> OAuthFailure {
    OAuthFailure(
      error: "invalid_request",
      description: "The request is missing a required parameter, includes an invalid parameter value, "
        + "includes a parameter more than once, or is otherwise malformed.",
      hint: hint ?? "Check the `\(parameter)` parameter")
  }

  static let invalidClient = OAuthFailure(
    status: 401, error: "invalid_client", description: "Client authentication failed")

  static let unsupportedGrantType = OAuthFailure(
    error: "unsupported_grant_type",
    description: "The authorization grant type is not supported by the authorization server.",
    hint: "Check that all required parameters have been provided")

  static let invalidCredentials = OAuthFailure(
    error: "invalid_grant", description: "The user credentials were incorrect.")

  static func invalidGrant(_ hint: String) -> OAuthFailure {
    OAuthFailure(
      error: "invalid_grant",
      description: "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh "
        + "token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or "
        + "was issued to another client.",
      hint: hint)
  }

  static let unauthorizedClient = OAuthFailure(
    error: "unauthorized_client",
    description: "The authenticated client is not authorized to use this authorization grant type.")

  static let unsupportedResponseType = OAuthFailure(
    error: "unsupported_response_type",
    description: "The authorization server does not support obtaining an authorization code using this method.",
    hint: "Check the `response_type` parameter")

  static let accessDenied = OAuthFailure(
    status: 401, error: "access_denied",
    description: "The resource owner or authorization server denied the request.",
    hint: "The user denied the request")

  static func invalidRefreshToken(_ hint: String) -> OAuthFailure {
    OAuthFailure(error: "invalid_grant", description: "The refresh token is invalid.", hint: hint)
  }

  static func invalidScope(_ name: String) -> OAuthFailure {
    OAuthFailure(
      error: "invalid_scope", description: "The requested scope is invalid, unknown, or malformed",
      hint: name.isEmpty
        ? "Specify a scope in the request or set a default scope" : "Check the `\(HTMLText.escaped(name))` scope")
  }

  /// - Parameter authorization: the request's header; one that was sent is answered by a challenge (RFC 6749, 5.2).
  func reply(authorization: String?) -> TokenReply {
    var members = JSONObject([("error", .string(error)), ("error_description", .string(description))])
    if let hint { members["hint"] = .string(hint) }
    var challenge: String?
    if self == .invalidClient, let authorization, !authorization.isEmpty {
      challenge = (authorization.hasPrefix("Bearer") ? "Bearer" : "Basic") + " realm=\"OAuth\""
    }
    return .document(JSON.object(members).encoded(.php), status: status, challenge: challenge)
  }
}
