import Foundation
import JSONAPI
import Store

/// A receiver that is told what changes (`feed.webhooks.NAME`).
struct WebhookSettings: Sendable, Hashable {
  var name: String
  var url: String
  /// Absolute.
  var secretFile: String
  /// Entity types and resource types; nil for all.
  var types: [String]?
  /// One of `localAPI.sights`; nil for everything.
  var sight: String?
  /// Whether resource objects come along.
  var hasDocuments = false
  /// Whether it may be at an address of an inner network.
  var isInner = false

  /// What it may see by the sights that hold now. A sight that is there no more shows nothing.
  func sight(by rules: [String: SightRules]) -> Sight {
    var narrowing: [SightRules] = []
    if let sight { narrowing.append(rules[sight] ?? .nothing) }
    if let types { narrowing.append(SightRules(types: .only(Set(types)))) }
    return Sight(narrowing)
  }
}

extension SettingsSource {
  /// So many are taken: each keeps a thread and a place in the mirror.
  private static let mostWebhooks = 32
  private static let webhookKeys = ["url", "secretFile", "types", "sight", "documents", "allowInner"]

  /// `feed.webhooks`: receivers by their names. URLs may hold secrets, so no message shows one.
  /// - Parameter sights: the names of those that there are.
  /// - Throws: `ConfigurationError` naming the key.
  func webhooks(sights: Set<String>) throws -> [WebhookSettings] {
    let members = table("feed.webhooks")
    guard members.count <= SettingsSource.mostWebhooks else {
      throw ConfigurationError(description: "feed.webhooks takes up to \(SettingsSource.mostWebhooks) receivers")
    }
    return try members.map { member in
      guard NameShape.isSightName(member.name) else {
        throw ConfigurationError(
          description:
            "feed.webhooks: \(SettingsSource.shown(member.name)) is no name of a receiver; it takes up to 64 "
            + "letters, digits, _ and -")
      }
      return try webhook(member.name, member.value, sights)
    }
  }

  private func webhook(_ name: String, _ value: JSON, _ sights: Set<String>) throws -> WebhookSettings {
    let place = "feed.webhooks.\(name)"
    guard let object = value.object else {
      throw ConfigurationError(
        description: "\(place) takes an object with \(SettingsSource.webhookKeys.joined(separator: ", "))")
    }
    if let unknown = object.names.first(where: { !SettingsSource.webhookKeys.contains($0) }) {
      throw ConfigurationError(
        description: "unknown key \(place).\(SettingsSource.shown(unknown)); a webhook has "
          + SettingsSource.webhookKeys.joined(separator: ", "))
    }
    func text(_ key: String) throws -> String? {
      guard let value = object[key], !value.isNull else { return nil }
      guard let text = value.string, !text.isEmpty else {
        throw ConfigurationError(description: "\(place).\(key) takes a text")
      }
      return text
    }
    func flag(_ key: String) throws -> Bool {
      guard let value = object[key], !value.isNull else { return false }
      guard let flag = value.bool else { throw ConfigurationError(description: "\(place).\(key) takes true or false") }
      return flag
    }
    guard let url = try text("url") else { throw ConfigurationError(description: "\(place).url is missing") }
    guard SettingsSource.isReceiver(url) else {
      throw ConfigurationError(
        description: "\(place).url takes an https: URL without user and fragment; http: is taken for this machine alone"
      )
    }
    guard let secretFile = try text("secretFile") else {
      throw ConfigurationError(
        description: "\(place).secretFile is missing: the file with the secret that messages are signed with")
    }
    let sight = try text("sight")
    if let sight, !sights.contains(sight) {
      throw ConfigurationError(
        description: "\(place).sight: there is no sight \(SettingsSource.shown(sight)) in localAPI.sights")
    }
    return WebhookSettings(
      name: name, url: url, secretFile: absolute(secretFile), types: try types(object["types"], "\(place).types"),
      sight: sight, hasDocuments: try flag("documents"), isInner: try flag("allowInner"))
  }

  private func types(_ value: JSON?, _ key: String) throws -> [String]? {
    guard let value, !value.isNull else { return nil }
    let names = value.array?.compactMap(\.string) ?? []
    guard !names.isEmpty, names.count == value.array?.count, names.allSatisfy(NameShape.isTypeName) else {
      throw ConfigurationError(
        description: "\(key) takes a list of entity types such as node and resource types such as node--topic")
    }
    return names
  }

  private static func isReceiver(_ text: String) -> Bool {
    guard text.utf8.count <= 2_048, let url = URL(string: text), let scheme = url.scheme?.lowercased(), url.user == nil,
      url.fragment == nil, let host = url.host, !host.isEmpty
    else { return false }
    return scheme == "https" || scheme == "http" && isLoopback(text)
  }
}
