import Store
import TokenIssuer

extension PassThrough {
  /// People whom the site lets in, kept as accounts of the mirror.
  convenience init(
    _ settings: PassThroughSettings, site: any PassThroughSite, checks: SecretChecks, keptIn tokens: Tokens
  ) {
    self.init(
      settings, site: site, checks: checks,
      known: { name in
        try tokens.account(named: name).flatMap { $0.isFromSite ? PassThrough.Person(verifiedAt: $0.verifiedAt) : nil }
      },
      keep: { kept in
        try await LocalWrites.run {
          try tokens.saveFromSite(
            name: kept.name, passwordHash: kept.passwordHash, userUUID: kept.userUUID, scopes: settings.scopes,
            sight: settings.sight, at: kept.at)
        }
      })
  }
}
