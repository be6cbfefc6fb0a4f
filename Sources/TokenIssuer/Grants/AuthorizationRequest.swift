import Coding

/// A request of `/oauth/authorize` (RFC 6749, 4.1.1; RFC 7636, 4.3) that is in order: what is left to do is to find out who the person
/// is, and to ask them. It is made of the query of each request anew, so that nothing about it has to be kept.
package struct AuthorizationRequest: Sendable, Hashable {
  /// The `client_id`.
  package let consumerID: String
  /// What people call the consumer.
  package let consumerLabel: String
  /// Where the person is sent back to: one of the consumer's, whole.
  package let redirectURI: String
  /// Whether the request named it, or the consumer has only this one.
  let namesRedirectURI: Bool
  /// What would be allowed: what was asked for, or what the consumer gets without asking. An account may have less.
  package let scopes: [String]
  /// What was asked for by name.
  let requestedScopes: [String]
  /// What the consumer wants back as it is.
  package let state: String?
  let challenge: CodeChallenge?
  let nonce: String?
  /// Whether the consumer wants the person to be asked in any case (OpenID Connect Core, 3.1.2.1: `prompt`).
  let demandsConsent: Bool
  /// Whether only the consumer itself can get what is sent to it.
  let isCertain: Bool

  /// Why a request cannot be answered with a code.
  package struct Fault: Error, Sendable, Hashable {
    /// The HTTP status where it is shown.
    package var status: Int
    /// By RFC 6749, 4.1.2.1, or as of the token endpoint where nothing may be sent to the redirect URI.
    package var error: String
    /// For people.
    package var description: String
    /// What to look at, HTML escaped where it repeats what was sent.
    package var hint: String?
    /// Where the person is to be sent with it: 302. `nil` where the client or its redirect URI is not known: then it is shown, and
    /// nobody is sent anywhere.
    package var location: String?
    /// What the site answers in place of a page, as JSON.
    package var reply: TokenReply

    init(_ failure: OAuthFailure, location: String? = nil) {
      status = failure.status
      error = failure.error
      description = failure.description
      hint = failure.hint
      self.location = location
      reply = failure.reply(authorization: nil)
    }
  }

  /// - Parameters:
  ///   - query: decoded names and values, in their order.
  ///   - consumer: the one of the `client_id` of the query, if there is such.
  /// - Throws: `Fault`.
  init(_ query: [(String, String)], consumer: Consumer?) throws(Fault) {
    let fields = AuthorizationFields(query)
    guard fields.isOnce("client_id"), fields["client_id"] != nil else { throw Fault(.invalidRequest("client_id")) }
    guard let consumer else { throw Fault(.invalidClient) }
    guard fields.isOnce("redirect_uri") else { throw Fault(.invalidRequest("redirect_uri")) }
    let uri: String
    if let asked = fields["redirect_uri"] {
      guard RedirectURI.matches(asked, consumer.redirectURIs) else { throw Fault(.invalidClient) }
      uri = asked
    } else {
      guard consumer.redirectURIs.count == 1, let only = consumer.redirectURIs.first else {
        throw Fault(.invalidClient)
      }
      uri = only
    }
    // From here on the address is known to be the client's, and faults are sent there.
    let state = fields.isOnce("state") ? fields.asSent("state") : nil
    let nonce = fields.asSent("nonce")
    do throws(OAuthFailure) {
      if let name = fields.repeated { throw .invalidRequest(name) }
      guard let type = fields["response_type"] else { throw .invalidRequest("response_type") }
      guard type == "code" else { throw .unsupportedResponseType }
      guard consumer.grants.contains(.authorizationCode) else { throw .unauthorizedClient }
      if let mode = fields["response_mode"], mode != "query" { throw .invalidRequest("response_mode") }
      if let nonce, nonce.utf8.count > 512 { throw .invalidRequest("nonce") }
      challenge = try AuthorizationRequest.challenge(fields, consumer)
      requestedScopes = fields["scope"].map(Scopes.names) ?? []
      scopes = try Scopes.granted(
        requestedScopes, allowed: consumer.scopes, limit: [], fallback: consumer.defaultScopes)
    } catch {
      throw Fault(error, location: AuthorizationRequest.location(of: error, uri, state))
    }
    consumerID = consumer.id
    consumerLabel = consumer.label
    redirectURI = uri
    namesRedirectURI = fields["redirect_uri"] != nil
    self.state = state
    self.nonce = nonce
    demandsConsent = fields["prompt"]?.split(separator: " ").contains("consent") ?? false
    isCertain = consumer.secretHash != nil || RedirectURI.isCertain(uri)
  }

  /// The challenge, which public consumers have to give; one that is no hash only where the consumer may (RFC 7636, 4.4.1; RFC 9700,
  /// 2.1.1).
  private static func challenge(_ fields: AuthorizationFields, _ consumer: Consumer) throws(OAuthFailure)
    -> CodeChallenge?
  {
    guard let text = fields["code_challenge"] else {
      guard fields["code_challenge_method"] == nil else {
        throw .invalidRequest("code_challenge", hint: "Code challenge must be provided with `code_challenge_method`")
      }
      guard consumer.secretHash != nil else {
        throw .invalidRequest("code_challenge", hint: "Code challenge must be provided for public clients")
      }
      return nil
    }
    let methods = CodeChallenge.Method.allCases.filter { $0 != .plain || consumer.isPlainChallengeAllowed }
    let named = CodeChallenge.Method(rawValue: fields["code_challenge_method"] ?? CodeChallenge.Method.plain.rawValue)
    guard let method = named, methods.contains(method) else {
      let names = methods.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      throw .invalidRequest("code_challenge_method", hint: "Code challenge method must be one of \(names)")
    }
    guard let challenge = CodeChallenge(text, method) else {
      throw .invalidRequest("code_challenge", hint: "Code challenge must follow the specifications of RFC-7636.")
    }
    return challenge
  }

  /// The answer to the consumer that there is no code, and why.
  func location(of failure: OAuthFailure) -> String {
    AuthorizationRequest.location(of: failure, redirectURI, state)
  }

  private static func location(of failure: OAuthFailure, _ uri: String, _ state: String?) -> String {
    var parameters = [("error", failure.error), ("error_description", failure.description)]
    if let hint = failure.hint { parameters.append(("hint", hint)) }
    if let state { parameters.append(("state", state)) }
    return RedirectURI.appending(parameters, to: uri)
  }
}

/// The parameters of an authorization request. One that is sent twice could be read so here and otherwise by who stands before
/// (RFC 6749, 3.1).
struct AuthorizationFields {
  private static let names = [
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "code_challenge",
    "code_challenge_method", "nonce", "prompt",
  ]
  private var values: [String: [String]] = [:]

  init(_ query: [(String, String)]) {
    for (name, value) in query where AuthorizationFields.names.contains(name) {
      values[name, default: []].append(value)
    }
  }

  /// Trimmed, and `nil` where nothing is left, as in league/oauth2-server.
  subscript(name: String) -> String? {
    guard let value = values[name]?.last?.trimmedAsByPHP, !value.isEmpty else { return nil }
    return value
  }

  /// As it was sent; `nil` where it is empty.
  func asSent(_ name: String) -> String? { values[name]?.last.flatMap { $0.isEmpty ? nil : $0 } }

  func isOnce(_ name: String) -> Bool { (values[name]?.count ?? 0) <= 1 }

  /// One that was sent more than once.
  var repeated: String? { AuthorizationFields.names.first { !isOnce($0) } }
}
