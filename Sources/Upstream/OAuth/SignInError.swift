import JSONAPI

/// Why the site gave no token, or does not take it. `hint` is the site's own sentence, freed of secrets.
package enum SignInError: Error, Sendable, Hashable, CustomStringConvertible {
  /// `invalid_client`: unknown, or the secret is wrong.
  case wrongClient(hint: String?)
  /// The user is unknown, blocked, or the password is wrong.
  case wrongUser(hint: String?)
  /// `unsupported_grant_type`: the consumer may not use this grant.
  case unsupportedGrant(grant: String, hint: String?)
  /// `invalid_scope`.
  case invalidScope(hint: String?)
  /// The refresh token is used up, revoked or expired, and there is no other way to sign in.
  case refreshRefused(hint: String?)
  /// The site refuses a token that it has just issued, or the request for one.
  case refused(hint: String?)
  /// The site cannot issue tokens at present; `retryAfter` in seconds.
  case unavailable(status: Int, retryAfter: Int?, hint: String?)
  /// The site is in maintenance mode.
  case maintenance(hint: String?)
  /// A web server in front of the site asks for credentials of its own (RFC 7617); the site was not reached.
  case httpBasic(realm: String)
  /// The site refused these very credentials not long ago; it was not asked again. `until` in Unix seconds; `note` is the file
  /// that keeps it.
  case heldBack(reason: String, until: Int64, note: String?)
  /// An answer that is none of a token route, such as an HTML page.
  case unintelligible(status: Int, mediaType: String?, page: Page? = nil)

  /// What stands on a page in the place of a token.
  package struct Page: Sendable, Hashable {
    /// Its title or first words.
    package var words: String?
    /// The firewall that it comes from, where it says so.
    package var firewall: String?
  }

  /// Whether waiting may help; otherwise a person has to change something.
  package var isTransient: Bool {
    switch self {
    case .unavailable, .maintenance: true
    default: false
    }
  }

  /// Whether the site counts it as a failed login, and locks the account after some more (Drupal's flood control: five).
  var countsAgainstAccount: Bool {
    switch self {
    case .wrongUser, .refused: true
    default: false
    }
  }

  /// One sentence for the operator that names the key to check.
  package var description: String {
    switch self {
    case .wrongClient(let hint):
      "the site does not accept the client; check site.auth.clientID and site.auth.clientSecret\(said(hint))"
    case .wrongUser(let hint):
      "the site does not accept the user; check site.auth.username and site.auth.password\(said(hint))"
    case .unsupportedGrant(let grant, let hint):
      "the site does not allow the client the grant \(grant); check site.auth.grant, and the consumer's grants on the "
        + "site\(said(hint))"
    case .invalidScope(let hint):
      "the site does not grant the scope; check site.auth.scope, and the consumer's scopes on the site\(said(hint))"
    case .refreshRefused(let hint):
      "the site does not accept the refresh token any more; get a new one, or set another site.auth.grant\(said(hint))"
    case .refused(let hint):
      "the site refuses the token or the request for it; check site.auth, and that the account is active\(said(hint))"
    case .unavailable(let status, let retryAfter, let hint):
      "the site issues no tokens at present (status \(status)); try again "
        + (retryAfter.map { "in \($0) seconds" } ?? "later") + said(hint)
    case .maintenance(let hint):
      "the site is in maintenance mode and issues no tokens (503); the next round tries again\(said(hint))"
    case .httpBasic(let realm):
      "a web server in front of the site asks for a user and password of its own (401, HTTP Basic, realm “\(realm)”), so "
        + "the site was not reached; let this machine's address through there without it"
    case .heldBack(let reason, let until, let note):
      "the site refused the sign-in: \(reason). It is not tried again before \(RFC3339.text(unixSeconds: until)), so that "
        + "the site does not lock the account; correct site.auth: other secrets are tried at once"
        + (note.map { "; where it was put right on the site, remove \($0) to try at once" } ?? "")
    case .unintelligible(let status, let mediaType, let page):
      "the token route answered with status \(status) and \(mediaType ?? "no media type") instead of a token"
        + (page?.words.map { ": \($0)" } ?? "") + "; "
        + (page?.firewall.map { SiteError.way(past: $0) } ?? "check site.baseURL, and that the site has simple_oauth")
    }
  }

  private func said(_ hint: String?) -> String { hint.flatMap { $0.isEmpty ? nil : " (the site says: \($0))" } ?? "" }
}
