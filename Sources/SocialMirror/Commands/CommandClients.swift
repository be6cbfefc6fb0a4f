import Foundation
import TokenIssuer

/// Clients and accounts as options of commands name them.
enum CommandClients {
  /// A client that is to be added.
  /// - Parameters:
  ///   - grants: with commas; nil for what such a client usually has.
  ///   - scopes: with commas.
  /// - Throws: `ConfigurationError` naming the option.
  static func consumer(
    label: String, id: String, isPublic: Bool, grants: String?, scopes: String, sight: String?, redirectURIs: [String],
    isPlainChallengeAllowed: Bool, accessTokenSeconds: Int64?
  ) throws -> NewConsumer {
    try checked { () throws(NewClientFault) -> NewConsumer in
      try NewConsumer(
        label: label, id: id, isPublic: isPublic, grants: grants.map(names), scopes: names(scopes), sight: sight,
        redirectURIs: redirectURIs, isPlainChallengeAllowed: isPlainChallengeAllowed,
        accessTokenSeconds: accessTokenSeconds)
    }
  }

  /// The limit of an account's scopes.
  /// - Parameter text: with commas.
  /// - Throws: `ConfigurationError` naming the option.
  static func scopes(_ text: String) throws -> [String] {
    try checked { () throws(NewClientFault) -> [String] in try Scopes.checked(names(text)) }
  }

  private static func checked<Value>(_ body: () throws(NewClientFault) -> Value) throws -> Value {
    do { return try body() } catch {
      let help = if case .unknown = error { "; --help names what may stand there" } else { "" }
      throw ConfigurationError(description: error.sentence(option) + help)
    }
  }

  private static func names(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func option(_ field: NewClientFault.Field) -> String {
    switch field {
    case .id: "--id"
    case .isPublic: "--public"
    case .grants: "--grants"
    case .scopes: "--scopes"
    case .redirectURI: "--redirect-uri"
    case .accessTokenSeconds: "--access-token-seconds"
    }
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
