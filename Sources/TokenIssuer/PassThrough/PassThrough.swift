import Synchronization

/// Signs in people whom the mirror does not know with what the site knows of them: the site is asked once, then the password is checked
/// here against its hash until the site's word is old. Safe from any thread.
package final class PassThrough: Sendable {
  /// What is kept of somebody whom the site let in.
  package struct Kept: Sendable {
    /// The user name.
    package var name: String
    /// In its stored form.
    package var passwordHash: String
    /// The user on the site.
    package var userUUID: String
    /// When the site said so, Unix seconds.
    package var at: Int64
  }

  private let settings: PassThroughSettings
  private let site: (any PassThroughSite)?
  private let checks: SecretChecks
  private let keep: @Sendable (Kept) async throws -> Void
  private let tries = Mutex(SiteTries())

  /// - Parameters:
  ///   - site: nil where it is never asked: then who is known by its word signs in as long as that holds, and nobody else.
  ///   - checks: hashes the passwords that are kept.
  ///   - keep: makes the account, or takes note of the site's word; durable when it returns.
  package init(
    _ settings: PassThroughSettings, site: (any PassThroughSite)?, checks: SecretChecks,
    keep: @escaping @Sendable (Kept) async throws -> Void
  ) {
    self.settings = settings
    self.site = site
    self.checks = checks
    self.keep = keep
  }

  /// Whether the site may be asked about a name: not about an account that was made here, not about a name that it does not have (Drupal's
  /// have at most 60 characters), and not about the mirror's own there.
  func mayAsk(_ name: String, _ account: Account?) -> Bool {
    guard let site, name.utf8.count <= 240, !site.isReserved(name) else { return false }
    return account?.isFromSite ?? true
  }

  /// Whether the site's word for an account still holds. A clock that was set back makes it old.
  func vouches(for account: Account, at now: Double) -> Bool {
    guard let at = account.verifiedAt else { return false }
    let age = now - Double(at)
    return age >= -1 && age < Double(settings.verifiedSeconds)
  }

  /// Asks the site, and keeps whom it lets in.
  /// - Parameters:
  ///   - knownHash: the hash that is kept, where the password fits it.
  ///   - now: Unix seconds.
  /// - Returns: whether it lets them in.
  /// - Throws: `SignInRefused` where it cannot be asked; the ledger's error.
  func ask(_ attempt: SignInTry, password: String, knownHash: SecretHash?, at now: Double) async throws -> Bool {
    guard let site else { throw SignInRefused(.siteAway, retryAfter: 60) }
    let wait = tries.withLock { $0.begin(attempt.name, at: now) }
    guard wait <= 0 else { throw SignInRefused(.siteAway, retryAfter: Int(min(wait.rounded(.up), 86_400))) }
    let answer = await site.answer(name: attempt.name, password: password)
    tries.withLock { $0.end(attempt.name, isWrong: answer == .wrong, at: now) }
    switch answer {
    case .wrong: return false
    case .silent: throw SignInRefused(.siteAway, retryAfter: 60)
    case .right(let userUUID):
      let hash: SecretHash
      if let knownHash { hash = knownHash } else { hash = try await checks.hash(password, for: attempt.address) }
      try await keep(
        Kept(
          name: attempt.name, passwordHash: hash.encoded, userUUID: userUUID, at: Int64(max(0, min(now, 1e12)))))
      return true
    }
  }
}
