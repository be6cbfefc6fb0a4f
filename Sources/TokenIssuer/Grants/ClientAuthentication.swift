extension TokenEndpoint {
  /// Asks a confidential client for its secret; of a public one none is asked (RFC 6749, 2.1).
  /// - Throws: `invalid_client`.
  func authenticate(_ request: TokenRequest, _ consumer: Consumer, from address: String) async throws {
    guard let hash = consumer.secretHash else { return }
    guard let secret = request.clientSecret, try await checked(secret: secret, against: hash) else {
      throw OAuthFailure.invalidClient
    }
  }

  /// The client of a request of any route but the token endpoint's.
  /// - Throws: `invalid_request`, `invalid_client`, or the ledger's error.
  func client(of request: TokenRequest, from address: String) async throws -> Consumer {
    guard let id = request.clientID else { throw OAuthFailure.invalidRequest("client_id") }
    guard let consumer = try ledger.consumer(id: id) else {
      if let secret = request.clientSecret { _ = try await checked(secret: secret, against: nil) }
      throw OAuthFailure.invalidClient
    }
    try await authenticate(request, consumer, from: address)
    return consumer
  }
}
