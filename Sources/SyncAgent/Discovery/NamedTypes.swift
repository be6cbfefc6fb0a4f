import JSONAPI
import OpenSocial
import Store
import Upstream

/// Types as people name them: `node--topic`, or `node` for all its bundles.
package enum NamedTypes {
  /// The names that stand for no type of the site. It is asked only about what the mirror has not heard of.
  /// - Throws: what asking the site throws; `SyncFault.anonymous`, and `.otherSite` before anything is said of another site's types.
  package static func unknown(_ names: [String], site: Site, reading: Reading) async throws -> [String] {
    let left = names.strangers(to: try reading.discoveredTypes())
    if left.isEmpty { return [] }
    let entry = try await SiteVisit(site: site, reading: reading).enter().entry
    let (told, untold) = TypeNaming.remembered(entry, try reading.discoveredTypes(), [])
    let rest = untold.map(\.collection.name)
    return left.strangers(to: told).filter { !rest.contains($0) }
  }
}

extension [String] {
  /// Those that are none of these resource types and the entity type of none.
  fileprivate func strangers(to types: [DiscoveredType]) -> [String] {
    filter { name in
      !types.contains { $0.name == name || $0.link == name || EntityTypes.means(name, $0.home.entityType) }
    }
  }
}
