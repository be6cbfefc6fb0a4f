import JSONAPI
import Store
import SyncAgent

/// What `--only` names: resource types (`node--topic`) and entity types (`node`), checked, for one that is misspelt would be
/// passed over in silence.
struct OnlyTypes: Sendable {
  private let names: [String]

  /// - Throws: `ConfigurationError` for a name that is not mirrored by this configuration.
  init(_ names: [String], of site: Settings.Site) throws {
    if let strange = names.first(where: { !site.entityTypes.contains(ResourceTypeName($0).entityType) }) {
      throw ConfigurationError(
        description: "--only: \(strange) is no type that is mirrored; site.entityTypes has "
          + site.entityTypes.joined(separator: ", "))
    }
    self.names = names
  }

  /// For the settings of a round; nil for all types.
  var selection: [String]? { names.isEmpty ? nil : names }

  /// Checks that there are such types. The site is asked only about what the mirror has not heard of.
  /// - Throws: `ConfigurationError`, and what asking the site throws.
  func check(_ site: Site, _ mirror: Mirror) async throws {
    let unknown = try await NamedTypes.unknown(names, site: site, mirror: mirror)
    guard unknown.isEmpty else {
      throw ConfigurationError(
        description: "--only: the site has no type \(unknown.joined(separator: ", ")); "
          + "social-mirror status shows those of the mirror")
    }
  }
}
