import Synchronization

/// Signs in people whom the mirror does not know with what the site knows of them: the site is asked once, then the password is checked
/// here against its hash until the site's word is old. Safe from any thread.
package final class PassThrough: Sendable {
  /// An account that came from the site.
  package struct Person: Sendable, Hashable {
    /// When the site last said that the password is right, Unix seconds; nil where it never did.
    package var verifiedAt: Int64?

    /// Somebody.
    package init(verifiedAt: Int64?) { self.verifiedAt = verifiedAt }
  }

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
  private let site: any PassThroughSite
  private let checks: SecretChecks
  private let known: @Sendable (String) throws -> Person?
  private let keep: @Sendable (Kept) async throws -> Void
  private let tries = Mutex(SiteTries())

  /// - Parameters:
  ///   - checks: hashes the passwords that are kept.
  ///   - known: the account of this name, if it came from the site; nil for one that was made here.
  ///   - keep: makes the account, or takes note of the site's word; durable when it returns.
  package init(
    _ settings: PassThroughSettings, site: any PassThroughSite, checks: SecretChecks,
    known: @escaping @Sendable (String) throws -> Person?, keep: @escaping @Sendable (Kept) async throws -> Void
  ) {
    self.settings = settings
    self.site = site
    self.checks = checks
    self.known = known
    self.keep = keep
  }

  /// Whom the site may be asked about; nil for an account that was made here, for a name that the site does not have (Drupal's have at
  /// most 60 characters), and for the mirror's own there.
  /// - Throws: the ledger's error.
  func person(_ name: String, isKnown: Bool) throws -> Person? {
    guard name.utf8.count <= 240, !site.isReserved(name) else { return nil }
    return isKnown ? try known(name) : Person(verifiedAt: nil)
  }

  /// Whether the site's word still holds. A clock that was set back makes it old.
  func isFresh(_ person: Person, at now: Double) -> Bool {
    guard let at = person.verifiedAt else { return false }
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
