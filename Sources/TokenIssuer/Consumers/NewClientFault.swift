/// Why a client or an account is not added as it was asked for.
package enum NewClientFault: Error, Sendable, Hashable {
  /// What was asked for it, each under one name of whoever asks: an option of a command, a field of a form.
  package enum Field: String, Sendable, Hashable, CaseIterable {
    /// The `client_id`.
    case id
    /// Whether it can keep no secret.
    case isPublic
    /// Its grants.
    case grants
    /// Its scopes, or the limit of an account's.
    case scopes
    /// Where people are sent back to.
    case redirectURI
    /// The life of its access tokens.
    case accessTokenSeconds
  }

  /// The field is there and names nothing.
  case nothingNamed(Field)
  /// The field names something that means nothing here.
  case unknown(Field, String)
  /// No `client_id` can be written so.
  case id
  /// Anybody could say to be a public client.
  case publicWithCredentials
  /// The grant `authorization_code` without an address to send people back to.
  case noRedirectURI
  /// Such an address without the grant.
  case redirectURIWithoutCode
  /// An address that cannot be registered, and why, as the end of a sentence.
  case redirectURI(String, String)
  /// The life of access tokens is out of bounds.
  case accessTokenSeconds

  /// One sentence for whoever asked.
  /// - Parameter name: what they know a field by.
  package func sentence(_ name: (Field) -> String) -> String {
    switch self {
    case .nothingNamed(let field): "\(name(field)) names nothing"
    case .unknown(let field, let word): "\(name(field)): there is no \(word)"
    case .id:
      "\(name(.id)) takes 1 to 255 characters: letters, digits and signs of ASCII, without spaces and colons"
    case .publicWithCredentials:
      "\(name(.isPublic)): a client without a secret cannot have client_credentials; anybody could say to be it"
    case .noRedirectURI:
      "authorization_code needs a \(name(.redirectURI)): where people are sent back to with the code"
    case .redirectURIWithoutCode: "\(name(.redirectURI)) is for clients with the grant authorization_code"
    case .redirectURI(let uri, let fault): "\(name(.redirectURI)): \(uri) \(fault)"
    case .accessTokenSeconds: "\(name(.accessTokenSeconds)) takes a number from 1 to 86400"
    }
  }
}
