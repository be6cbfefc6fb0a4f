/// One try to sign in: whose secret is given, and from where. Names that nobody has are tries like any other.
package struct SignInTry: Sendable, Hashable {
  /// Whose secret it is.
  package enum Kind: Sendable, Hashable {
    /// A consumer's `client_secret` (RFC 6749, 2.3.1).
    case client
    /// An account's `password` (RFC 6749, 4.3.2).
    case account
  }

  /// Whose secret it is.
  package var kind: Kind
  /// The client id or the user name, as it was sent.
  package var name: String
  /// From where, as it is counted: an IPv6 network of 64 bits is one. Empty where it is not known, which is one, too.
  package var address: String

  /// A try.
  package init(_ kind: Kind, _ name: String, from address: String) {
    self.kind = kind
    self.name = name
    self.address = address
  }
}
