extension TokenEndpoint {
  /// Whether this is the secret: the one way in which secrets of clients and people are checked, on threads of their own, and slowly where
  /// wrong ones came before.
  /// - Parameter hash: nil for a name that nobody has: the work is the same, and the answer false.
  /// - Throws: `SignInRefused`: it was not tried.
  func checked(secret: String, against hash: SecretHash?, of attempt: SignInTry) async throws -> Bool {
    try await checks.isRight(secret, hash, of: attempt)
  }

  /// The account that a name and a password belong to, for every route on which people sign in; nil where they do not. A name that is
  /// not known here is the site's to judge, where that is set up.
  /// - Parameters:
  ///   - name: compared exactly.
  ///   - address: who asks, as tries to sign in are counted.
  /// - Throws: `SignInRefused`: it was not tried; the ledger's error.
  package func signIn(name: String, password: String, from address: String) async throws -> Account? {
    let attempt = SignInTry(.account, name, from: address)
    let account = try ledger.account(name: name)
    let mayAsk = passThrough?.mayAsk(name, account) ?? false
    guard mayAsk || account?.isFromSite == true else {
      return try await checked(secret: password, against: account?.passwordHash, of: attempt) ? account : nil
    }
    let time = now()
    let isRight = try await checks.isRight(password, account?.passwordHash, of: attempt) { [passThrough] fits in
      // Where nobody is let in by the site's word any more, nobody is whom it let in before.
      guard let passThrough else { return false }
      if fits, let account, passThrough.vouches(for: account, at: time) { return true }
      guard fits || mayAsk else { return false }
      return try await passThrough.ask(
        attempt, password: password, knownHash: fits ? account?.passwordHash : nil, at: time)
    }
    return isRight ? try ledger.account(name: name) : nil
  }

  /// The account of this mirror's own that a name and a password belong to; nil where they do not. The site is not asked, and whom it
  /// vouches for is nobody here.
  /// - Throws: as `signIn`.
  package func signInHere(name: String, password: String, from address: String) async throws -> Account? {
    let account = try ledger.account(name: name).flatMap { $0.isFromSite ? nil : $0 }
    let attempt = SignInTry(.account, name, from: address)
    return try await checked(secret: password, against: account?.passwordHash, of: attempt) ? account : nil
  }

  /// The account of a number, for as long as who signed in with it may go on; nil where it is gone, or known by the site's word and that
  /// holds no longer.
  /// - Throws: the ledger's error.
  package func account(id: Int64) throws -> Account? {
    try ledger.account(id: id).flatMap { isStillGood($0) ? $0 : nil }
  }

  /// Whether an account may go on without its password: for one that is known by the site's word, as long as that holds.
  func isStillGood(_ account: Account) -> Bool {
    !account.isFromSite || passThrough?.vouches(for: account, at: now()) == true
  }
}
