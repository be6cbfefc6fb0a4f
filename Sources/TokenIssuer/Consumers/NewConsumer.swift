/// A client that is to be added, checked: what would let it do nothing, or more than was meant, is refused. Of its sight nothing is
/// checked: which there are is known to the configuration alone.
package struct NewConsumer: Sendable, Hashable {
  /// The `client_id` (RFC 6749, 2.2).
  package let id: String
  /// What people call it.
  package let label: String
  /// What it may ask for.
  package let grants: [Grant]
  /// The scopes that it may ask for.
  package let scopes: [String]
  /// The name of what it may see; nil for everything.
  package let sight: String?
  /// Where it may have people sent back to.
  package let redirectURIs: [String]
  /// Whether it may give a challenge of PKCE unhashed.
  package let isPlainChallengeAllowed: Bool
  /// The life of its access tokens in seconds; nil takes the server's.
  package let accessTokenSeconds: Int64?

  /// Checks what was given.
  /// - Parameters:
  ///   - id: the `client_id`, 1 to 255 signs of ASCII without spaces and colons.
  ///   - isPublic: whether it can keep no secret.
  ///   - grants: by `grant_type`; nil for what such a client usually has.
  ///   - scopes: the names, none of them empty.
  ///   - accessTokenSeconds: from 1 to 86,400.
  /// - Throws: `NewClientFault` naming what is wrong.
  package init(
    label: String, id: String, isPublic: Bool, grants: [String]?, scopes: [String], sight: String?,
    redirectURIs: [String], isPlainChallengeAllowed: Bool, accessTokenSeconds: Int64?
  ) throws(NewClientFault) {
    guard NewConsumer.isID(id) else { throw .id }
    self.id = id
    self.label = label
    let chosen = try NewConsumer.grants(grants, isPublic: isPublic, sendsPeople: !redirectURIs.isEmpty)
    if isPublic, chosen.contains(.clientCredentials) { throw .publicWithCredentials }
    if chosen.contains(.authorizationCode), redirectURIs.isEmpty { throw .noRedirectURI }
    if !redirectURIs.isEmpty, !chosen.contains(.authorizationCode) { throw .redirectURIWithoutCode }
    for uri in redirectURIs {
      if let fault = RedirectURI.fault(of: uri) { throw .redirectURI(uri, fault) }
    }
    if let accessTokenSeconds, !(1...86_400).contains(accessTokenSeconds) { throw .accessTokenSeconds }
    self.grants = chosen
    self.scopes = try Scopes.checked(scopes)
    self.sight = sight
    self.redirectURIs = redirectURIs
    self.isPlainChallengeAllowed = isPlainChallengeAllowed
    self.accessTokenSeconds = accessTokenSeconds
  }

  private static func grants(
    _ names: [String]?, isPublic: Bool, sendsPeople: Bool
  ) throws(NewClientFault) -> [Grant] {
    guard let names else {
      if isPublic { return [.authorizationCode, .refreshToken] }
      return [.password, .clientCredentials, .refreshToken] + (sendsPeople ? [.authorizationCode] : [])
    }
    guard !names.isEmpty else { throw .nothingNamed(.grants) }
    var grants: [Grant] = []
    for name in names {
      guard let grant = Grant(rawValue: name) else { throw .unknown(.grants, name) }
      grants.append(grant)
    }
    return grants
  }

  /// A `client_id` comes in a form and in a Basic header, where spaces at its ends are cut off and a colon ends it (RFC 7617, 2).
  private static func isID(_ id: String) -> Bool {
    (1...255).contains(id.utf8.count)
      && id.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
  }
}

extension Scopes {
  /// The names of a limit or of what a client may ask for, which all mean something here.
  /// - Throws: `NewClientFault` where there is none, or one that does not.
  package static func checked(_ names: [String]) throws(NewClientFault) -> [String] {
    guard !names.isEmpty else { throw .nothingNamed(.scopes) }
    if let strange = names.first(where: { !isKnown($0) }) { throw .unknown(.scopes, strange) }
    return names
  }
}

/// What people are called that sign in here.
package enum AccountName {
  /// Whether a text can be a name: it comes in a form, where spaces at its ends are cut off.
  package static func isGood(_ name: String) -> Bool {
    (1...255).contains(name.utf8.count) && name.first?.isWhitespace == false && name.last?.isWhitespace == false
      && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}
