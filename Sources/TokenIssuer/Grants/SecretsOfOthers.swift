extension TokenEndpoint {
  /// Whether this is the secret: the one way in which secrets of clients and people are checked.
  /// - Parameter hash: nil for a name that nobody has: the work is the same, and the answer false.
  func checked(secret: String, against hash: SecretHash?) async throws -> Bool {
    let isRight = (hash ?? .decoy).verify(secret)
    return isRight && hash != nil
  }

  /// The account that a name and a password belong to, for every route on which people sign in; nil where they do not.
  /// - Parameters:
  ///   - name: compared exactly.
  ///   - address: who asks, as tries to sign in are counted.
  /// - Throws: the ledger's error.
  package func signIn(name: String, password: String, from address: String) async throws -> Account? {
    let account = try ledger.account(name: name)
    return try await checked(secret: password, against: account?.passwordHash) ? account : nil
  }
}
