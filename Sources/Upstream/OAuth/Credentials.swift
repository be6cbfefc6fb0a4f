/// Who signs in, and how (`site.auth`).
package struct Credentials: Sendable, Hashable, SecretBearing {
  /// The grant (RFC 6749, 1.3; `site.auth.grant`). Printed, it shows only its name.
  package enum Grant: Sendable, Hashable, SecretBearing {
    /// Resource owner password credentials (RFC 6749, 4.3).
    case password(username: String, password: String)
    /// Client credentials (RFC 6749, 4.4).
    case clientCredentials
    /// A refresh token that a person got elsewhere (RFC 6749, 6); its successors live in the vault.
    case refreshToken(String)

    /// The value of `grant_type`.
    package var name: String {
      switch self {
      case .password: "password"
      case .clientCredentials: "client_credentials"
      case .refreshToken: "refresh_token"
      }
    }

    /// The name of the grant.
    package var publicDescription: String { name }
  }

  /// How.
  package var grant: Grant
  /// The consumer (`site.auth.clientID`).
  package var clientID: String
  /// Its secret (`site.auth.clientSecret`); nil for a public client.
  package var clientSecret: String?
  /// Scopes, separated by spaces (`site.auth.scope`); nil for the consumer's own.
  package var scope: String?

  /// Credentials with these parts.
  package init(grant: Grant, clientID: String, clientSecret: String? = nil, scope: String? = nil) {
    self.grant = grant
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scope = scope
  }

  /// Says whose token it is, so that a stored one is used only where it belongs: token route, client, grant, user, scope. No
  /// secret is in it.
  package func fingerprint(tokenURL: String) -> String {
    let user = if case .password(let username, _) = grant { username } else { "" }
    return [tokenURL, clientID, grant.name, user, scope ?? ""].joined(separator: "\n")
  }

  /// What may not appear in a message, even if the site repeats it.
  var secrets: [String] {
    let own: String? =
      switch grant {
      case .password(_, let password): password
      case .refreshToken(let token): token
      case .clientCredentials: nil
      }
    return [clientSecret, own].compactMap { $0 }.filter { !$0.isEmpty }
  }

  /// Grant and client.
  package var publicDescription: String { "\(grant.name) grant of client \(clientID)" }
}
