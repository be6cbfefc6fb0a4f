import JSONAPI
import OpenSocial
import Store
import Upstream

/// Gives every link of the entry point the name that its resources have and the entity type that they belong to: by what was
/// learned before, by the name, by the path, by the site's description, or by the fields of one of them (reference 1.6).
struct TypeNaming {
  let site: Site
  let reading: Reading
  let discovery: Discovery
  let entityTypes: [String]

  /// So many links are asked for one resource in a round.
  private static let mostAsked = 60
  /// What nothing told is asked for again after so many seconds.
  private static let patience: Int64 = 86_400

  /// What came of it.
  struct Outcome {
    var types: [DiscoveredType]
    /// The site's description, where it had to be asked.
    var description: SiteDescription?
    var requests = 0

    /// The collections to read: those over types that have others are none.
    var collections: [EntryPoint.Collection] {
      types.filter { !TypeSelection.isView($0, among: types) }
        .map { EntryPoint.Collection(name: $0.name, path: $0.path, link: $0.link) }
    }
  }

  /// - Parameter time: the site's Unix seconds.
  func named(_ entry: EntryPoint, at time: Int64) async throws -> Outcome {
    let (known, unknown) = TypeNaming.remembered(entry, try reading.discoveredTypes(), entityTypes)
    var outcome = Outcome(types: known)
    let last = try reading.fact(.namesAsked).flatMap { Int64($0) } ?? 0
    let isTime = !(last...last.addingClamped(TypeNaming.patience)).contains(time)
    let due = unknown.filter { isTime || $0.source != .nothing || $0.isNew }.map(\.collection)
    let later = unknown.filter { !isTime && $0.source == .nothing && !$0.isNew }.map(\.collection)
    outcome.types += later.map { TypeNaming.untold($0) }
    guard !due.isEmpty else { return outcome }
    outcome.description = try await description(&outcome.requests)
    var left: [EntryPoint.Collection] = []
    for collection in due {
      let path = String(collection.path.dropFirst(SiteAddresses.languagePrefix(entry).count))
      let home = outcome.description?.homes[collection.name] ?? outcome.description?.homes[path]
      if let home {
        outcome.types.append(TypeNaming.type(collection, home, .description))
      } else {
        left.append(collection)
      }
    }
    let linked = Set(entry.resourceTypes.map(\.link))
    for (number, collection) in left.enumerated() {
      var type = TypeNaming.untold(collection)
      let seen =
        number < TypeNaming.mostAsked ? try await someResources(of: collection, &outcome.requests) : []
      let names = Set(seen.compactMap { $0["type"]?.string })
      // A collection over several types is none of its own.
      if names.count == 1, let name = names.first, !name.isEmpty, name == collection.name || !linked.contains(name) {
        type.name = name
        if let home = seen.lazy.compactMap({ TypeEvidence($0).home(named: collection.name) }).first {
          type.home = home
          type.source = .fields
        }
      }
      outcome.types.append(type)
    }
    try discovery.note([(.namesAsked, String(time))])
    return outcome
  }

  /// A link of which nothing tells what it is, as it stands in the mirror.
  struct Unknown {
    var collection: EntryPoint.Collection
    var source: DiscoveredType.Source
    var isNew: Bool
  }

  /// What is known without asking.
  static func remembered(
    _ entry: EntryPoint, _ known: [DiscoveredType], _ entityTypes: [String]
  ) -> (known: [DiscoveredType], unknown: [Unknown]) {
    let before = Dictionary(known.map { ($0.link, $0) }) { first, _ in first }
    let usual = Set(SyncSettings.usualEntityTypes + entityTypes + Array(EntityTypes.successors.values))
    let named = Set(
      entry.resourceTypes.filter { ResourceTypeName($0.name).tellsHome }.map {
        EntityTypes.Home(of: $0.name).entityType
      })
    var types: [DiscoveredType] = []
    var unknown: [Unknown] = []
    for collection in entry.resourceTypes {
      if var type = before[collection.link], type.source != .nothing {
        type.path = collection.path
        types.append(type)
      } else if let (home, source) = told(collection, below: entry.path, usual, usual.union(named)) {
        types.append(type(collection, home, source))
      } else {
        unknown.append(
          Unknown(collection: collection, source: .nothing, isNew: before[collection.link] == nil))
      }
    }
    return (types, unknown)
  }

  /// What name and path tell. Where they contradict each other, the path is right if what it names is an entity type.
  private static func told(
    _ collection: EntryPoint.Collection, below api: String, _ usual: Set<String>, _ known: Set<String>
  ) -> (EntityTypes.Home, DiscoveredType.Source)? {
    let parts = collection.path.dropFirst(api.count).split(separator: "/").map(String.init)
    let placed = parts.count == 2 ? EntityTypes.Home(entityType: parts[0], bundle: parts[1]) : nil
    if ResourceTypeName(collection.name).tellsHome {
      let own = EntityTypes.Home(of: collection.name)
      if let placed, placed.entityType != own.entityType, usual.contains(placed.entityType) { return (placed, .path) }
      return (own, .name)
    }
    return placed.flatMap { known.contains($0.entityType) ? ($0, .path) : nil }
  }

  private static func type(
    _ collection: EntryPoint.Collection, _ home: EntityTypes.Home, _ source: DiscoveredType.Source
  ) -> DiscoveredType {
    DiscoveredType(name: collection.name, link: collection.link, path: collection.path, home: home, source: source)
  }

  private static func untold(_ collection: EntryPoint.Collection) -> DiscoveredType {
    type(collection, EntityTypes.Home(entityType: collection.name, bundle: collection.name), .nothing)
  }

  private func description(_ requests: inout Int) async throws -> SiteDescription? {
    do {
      return try await site.ask(SiteDescription.request, asked: { requests += 1 }) { SiteDescription.parse($0) }
    } catch let error where TypeNaming.isOfTheAnswer(error) { return nil }
  }

  /// Some resources of a collection, for the first may show little; none where it shows none, or cannot be read.
  private func someResources(of collection: EntryPoint.Collection, _ requests: inout Int) async throws -> [JSON] {
    do {
      return try await site.ask(
        SiteRequest(path: collection.path, query: "page%5Blimit%5D=5"), asked: { requests += 1 }
      ) { response in
        guard response.status == 200, let bytes = try? SiteAnswer.document(of: response) else { return [] }
        return (try? JSON(parsing: bytes))?["data"]?.array ?? []
      }
    } catch let error where TypeNaming.isOfTheAnswer(error) { return [] }
  }

  /// Whether a failure is one of the answer and not of the site as a whole: then that answer tells nothing, and the others go on.
  static func isOfTheAnswer(_ error: any Error) -> Bool {
    if error is SiteError { return true }
    guard let error = error as? TransportError else { return false }
    return [.tooLarge, .redirectToOtherOrigin, .tooManyRedirects].contains(error.kind)
  }
}
