import Foundation
import JSONAPI
import OpenSocial
import Store
import SyncAgent

/// What `--only` names: resource types (`node--topic`) and entity types (`node`), checked, for one that is misspelt would be
/// passed over in silence.
struct OnlyTypes: Sendable {
  private let names: [String]
  /// Names that say by themselves that they are mirrored; of others the mirror knows it.
  private let certain: Set<String>
  private let entityTypes: [String]

  /// - Parameter mirror: the mirror's path: without one, nothing is known but what names say.
  /// - Throws: `ConfigurationError` for a name that then is not mirrored.
  init(_ names: [String], of site: Settings.Site, mirror: String) throws {
    self.names = names
    entityTypes = site.entityTypes
    certain = Set(
      names.filter { name in
        let entityType = ResourceTypeName(name).entityType
        return site.entityTypes.contains { $0 == name || EntityTypes.means($0, entityType) }
      })
    if !FileManager.default.fileExists(atPath: mirror), let strange = names.first(where: { !certain.contains($0) }) {
      throw refusal(of: strange)
    }
  }

  private func refusal(of name: String) -> ConfigurationError {
    ConfigurationError(
      description: "--only: \(name) is no type that is mirrored; site.entityTypes has "
        + entityTypes.joined(separator: ", "))
  }

  /// For the settings of a round; nil for all types.
  var selection: [String]? { names.isEmpty ? nil : names }

  /// Checks that there are such types. The site is asked only about what the mirror has not heard of.
  /// - Throws: `ConfigurationError` for a name that is not mirrored by this configuration or that the site does not have, and
  ///   what asking the site throws.
  func check(_ site: Site, _ mirror: Mirror) async throws {
    if names.isEmpty { return }
    let known = try mirror.reading.discoveredTypes()
    func isMirrored(_ name: String) -> Bool {
      known.contains { type in
        (type.name == name || type.link == name || EntityTypes.means(name, type.home.entityType))
          && entityTypes.contains { $0 == type.name || $0 == type.link || EntityTypes.means($0, type.home.entityType) }
      }
    }
    if let strange = names.first(where: { !certain.contains($0) && !isMirrored($0) }) {
      throw refusal(of: strange)
    }
    let unknown = try await NamedTypes.unknown(names, site: site, reading: mirror.reading)
    guard unknown.isEmpty else {
      throw ConfigurationError(
        description: "--only: the site has no type \(unknown.joined(separator: ", ")); "
          + "social-mirror status shows those of the mirror")
    }
  }
}
