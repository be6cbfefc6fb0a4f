/// What becomes of a request of `/oauth/authorize`.
package enum AuthorizationOutcome: Sendable, Hashable {
  /// It is in order: the person is to sign in, and to be asked unless they have allowed it before.
  case request(AuthorizationRequest)
  /// It is not: shown on a page, or sent on to the client; see `AuthorizationRequest.Fault.location`.
  case fault(AuthorizationRequest.Fault)
}

/// The rules of `/oauth/authorize` (RFC 6749, 4.1). Its pages, and that it was the person who answered them, are the business of whoever
/// shows them.
extension TokenEndpoint {
  /// Reads a request.
  /// - Parameter query: decoded names and values, in their order.
  /// - Throws: the ledger's error.
  package func authorizationRequest(query: [(String, String)]) throws -> AuthorizationOutcome {
    let consumer = try AuthorizationFields(query)["client_id"].flatMap { try ledger.consumer(id: $0) }
    do { return .request(try AuthorizationRequest(query, consumer: consumer)) } catch { return .fault(error) }
  }

  /// What the consumer would get of this person; `nil` where the request asks by name for what the account may not have, or nothing
  /// is left.
  package func scopes(of request: AuthorizationRequest, for account: Account) throws -> [String]? {
    guard let consumer = try ledger.consumer(id: request.consumerID) else { return nil }
    return try? granted(request, consumer, account)
  }

  private func granted(
    _ request: AuthorizationRequest, _ consumer: Consumer, _ account: Account
  ) throws(OAuthFailure) -> [String] {
    try Scopes.granted(
      request.requestedScopes, allowed: consumer.scopes, limit: account.scopes, fallback: consumer.defaultScopes)
  }

  /// Whether the person has allowed all of this before, and need not be asked again. They are asked each time where another program on
  /// their machine could pass for the consumer (RFC 8252, 8.6).
  /// - Throws: the ledger's error.
  package func isConsented(_ request: AuthorizationRequest, by account: Account) throws -> Bool {
    guard request.isCertain, !request.demandsConsent, let scopes = try self.scopes(of: request, for: account),
      let allowed = try ledger.consent(consumerID: request.consumerID, accountID: account.id)
    else { return false }
    return scopes.allSatisfy { Scopes.cover(allowed, $0) }
  }

  /// Gives the code that the person has allowed.
  /// - Parameter remembering: whether they need not be asked again for the same.
  /// - Returns: where the person is to be sent (302): with the code, or with an error where the account may not have what was asked for.
  /// - Throws: the ledger's error: no code was given then.
  package func code(
    for request: AuthorizationRequest, account: Account, remembering: Bool
  ) async throws -> String {
    guard let consumer = try ledger.consumer(id: request.consumerID), try ledger.account(id: account.id) != nil else {
      return request.location(of: .accessDenied)
    }
    let scopes: [String]
    do { scopes = try granted(request, consumer, account) } catch { return request.location(of: error) }
    let second = Int64(now().rounded(.down))
    let code = AuthorizationCode.generate(random)
    // As long as an access token lives (reference 7.3), and no longer than RFC 6749, 4.1.2 recommends.
    let lifetime = min(consumer.accessTokenSeconds ?? lifetimes.accessTokenSeconds, 600)
    try await ledger.keep(
      AuthorizationCode(
        digest: AuthorizationCodeDigest(of: code), consumerID: consumer.id, accountID: account.id,
        redirectURI: request.redirectURI, namesRedirectURI: request.namesRedirectURI, scopes: scopes,
        challenge: request.challenge, nonce: request.nonce, issuedAt: second, expiresAt: second + lifetime))
    if remembering {
      try await ledger.remember(scopes, consumerID: consumer.id, accountID: account.id, at: second)
    }
    var parameters = [("code", code)]
    if let state = request.state { parameters.append(("state", state)) }
    return RedirectURI.appending(parameters, to: request.redirectURI)
  }

  /// Where a person who does not allow it is to be sent (302).
  package func denial(of request: AuthorizationRequest) -> String { request.location(of: .accessDenied) }
}
