import Foundation
import Store
import TokenIssuer

/// A client that is to be added, checked: what would let it do nothing, or more than was meant, is refused.
struct NewConsumer {
  let id: String
  private let label: String
  private let grants: [String]
  private let scopes: [String]
  private let sight: String?
  private let redirectURIs: [String]
  private let isPlainChallengeAllowed: Bool
  private let accessTokenSeconds: Int64?

  /// - Parameters:
  ///   - id: nil makes a UUID.
  ///   - grants: with commas; nil for what such a client usually has.
  ///   - scopes: with commas.
  ///   - sight: a name that the configuration has.
  /// - Throws: `ConfigurationError` naming the option.
  init(
    label: String, id: String?, isPublic: Bool, grants: String?, scopes: String, sight: String?, redirectURIs: [String],
    isPlainChallengeAllowed: Bool, accessTokenSeconds: Int64?
  ) throws {
    self.id = try NewConsumer.checked(id: id ?? UUID().uuidString.lowercased())
    self.label = label
    var usual: [Grant] =
      isPublic ? [.authorizationCode, .refreshToken] : [.password, .clientCredentials, .refreshToken]
    if !isPublic, !redirectURIs.isEmpty { usual.append(.authorizationCode) }
    let named = try grants.map { text in
      try NameList(text, of: "--grants") { Grant(rawValue: $0) != nil }.names.compactMap(Grant.init(rawValue:))
    }
    let chosen = named ?? usual
    if isPublic, chosen.contains(.clientCredentials) {
      throw ConfigurationError(
        description: "--public: a client without a secret cannot have client_credentials; anybody could say to be it")
    }
    if chosen.contains(.authorizationCode), redirectURIs.isEmpty {
      throw ConfigurationError(
        description: "authorization_code needs a --redirect-uri: where people are sent back to with the code")
    }
    if !redirectURIs.isEmpty, !chosen.contains(.authorizationCode) {
      throw ConfigurationError(description: "--redirect-uri is for clients with the grant authorization_code")
    }
    for uri in redirectURIs {
      if let fault = RedirectURI.fault(of: uri) {
        throw ConfigurationError(description: "--redirect-uri: \(uri) \(fault)")
      }
    }
    if let accessTokenSeconds, !(1...86_400).contains(accessTokenSeconds) {
      throw ConfigurationError(description: "--access-token-seconds takes a number from 1 to 86400")
    }
    self.grants = chosen.map(\.rawValue)
    self.scopes = try NameList(scopes, of: "--scopes", Scopes.isKnown).names
    self.sight = sight
    self.redirectURIs = redirectURIs
    self.isPlainChallengeAllowed = isPlainChallengeAllowed
    self.accessTokenSeconds = accessTokenSeconds
  }

  /// A `client_id` comes in a form and in a Basic header, where spaces at its ends are cut off and a colon ends it (RFC 7617, 2).
  private static func checked(id: String) throws -> String {
    guard (1...255).contains(id.utf8.count),
      id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") })
    else {
      throw ConfigurationError(
        description: "--id takes 1 to 255 characters: letters, digits and signs of ASCII, without spaces and colons")
    }
    return id
  }

  /// - Parameters:
  ///   - secretHash: encoded; nil for a public client.
  ///   - now: Unix seconds.
  func row(secretHash: String?, at now: Int64) -> ConsumerRow {
    ConsumerRow(
      id: id, label: label, secretHash: secretHash, grants: grants, scopes: scopes, sight: sight,
      redirectURIs: redirectURIs, isPlainChallengeAllowed: isPlainChallengeAllowed,
      accessTokenSeconds: accessTokenSeconds, created: now)
  }
}

extension Settings {
  /// The name of what a client or a person may see: one that the configuration does not have would show them nothing.
  /// - Throws: `ConfigurationError`.
  func sight(named name: String?) throws -> String? {
    guard let name else { return nil }
    guard localAPI.sights[name] != nil else {
      let known = localAPI.sights.keys.sorted().joined(separator: ", ")
      throw ConfigurationError(
        description: "--sight: there is no sight \(name) in localAPI.sights"
          + (known.isEmpty ? "" : ", which has \(known)"))
    }
    return name
  }
}
