extension TokenEndpoint {
  /// Asks a confidential client for its secret; of a public one none is asked (RFC 6749, 2.1).
  /// - Throws: `invalid_client`; `SignInRefused`.
  func authenticate(_ request: TokenRequest, _ consumer: Consumer, from address: String) async throws {
    guard let hash = consumer.secretHash else { return }
    let attempt = SignInTry(.client, consumer.id, from: address)
    guard let secret = request.clientSecret, try await checked(secret: secret, against: hash, of: attempt) else {
      throw OAuthFailure.invalidClient
    }
  }

  /// The client of this id, whose secret is still to be asked for. For one that is not known the answer takes as long as for one that is,
  /// with a wrong secret.
  /// - Throws: `invalid_client`; `SignInRefused`; the ledger's error.
  func knownClient(_ id: String, _ request: TokenRequest, from address: String) async throws -> Consumer {
    if let consumer = try ledger.consumer(id: id) { return consumer }
    if let secret = request.clientSecret {
      _ = try await checked(secret: secret, against: nil, of: SignInTry(.client, id, from: address))
    }
    throw OAuthFailure.invalidClient
  }

  /// The client of a request of any route but the token endpoint's.
  /// - Throws: `invalid_request`, `invalid_client`, `SignInRefused`, or the ledger's error.
  func client(of request: TokenRequest, from address: String) async throws -> Consumer {
    guard let id = request.clientID else { throw OAuthFailure.invalidRequest("client_id") }
    let consumer = try await knownClient(id, request, from: address)
    try await authenticate(request, consumer, from: address)
    return consumer
  }
}
