import Store
import TokenIssuer

extension PassThrough {
  /// People whom the site lets in, kept as accounts of the mirror.
  convenience init(
    _ settings: PassThroughSettings, site: (any PassThroughSite)?, checks: SecretChecks, keptIn tokens: Tokens
  ) {
    self.init(
      settings, site: site, checks: checks,
      keep: { kept in
        do {
          try await LocalWrites.run {
            try tokens.saveFromSite(
              name: kept.name, passwordHash: kept.passwordHash, userUUID: kept.userUUID, scopes: settings.scopes,
              sight: settings.sight, at: kept.at)
          }
        } catch is AccountAddedHere {
          // Added here since the site was asked: the next try is for that one.
          throw SignInRefused(.busy, retryAfter: 1)
        }
      })
  }
}
