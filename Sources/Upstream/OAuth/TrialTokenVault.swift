/// A vault for trying credentials out: it begins empty, so that the session signs in with the configured grant, and the token ends with
/// the process. That the site refused them is kept beside the file all the same: a trial counts against the account like any other
/// sign-in.
package struct TrialTokenVault: TokenVault {
  private let file: FileTokenVault
  private let token = MemoryTokenVault()

  /// - Parameter file: the vault in use, whose token is neither read nor replaced.
  package init(beside file: FileTokenVault) { self.file = file }

  /// The token of this trial; nil before the first.
  package func load() -> StoredToken? { token.load() }
  /// Keeps the token for this trial.
  package func save(_ token: StoredToken) { self.token.save(token) }
  /// Forgets the token of this trial.
  package func clear() { token.clear() }
  /// The site's last refusal, whoever met it.
  package func refusal() -> SignInRefusal? { file.refusal() }
  /// Keeps a refusal, or removes the one before.
  /// - Throws: `TokenVaultError`.
  package func keep(_ refusal: SignInRefusal?) throws { try file.keep(refusal) }
  /// Beside the file.
  package var refusalPath: String? { file.refusalPath }
}
