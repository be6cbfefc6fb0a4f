import JSONAPI
import Store

/// Finds the resources of `include` in the site's order (reference 3.6): for each field of the include tree all targets of all
/// primary resources, one entity type after the other as first seen, each with what its resources include. Each once.
struct IncludeResolver {
  private let snapshot: ReadSnapshot
  private(set) var included: [Source] = []
  private var seen: Set<Int64> = []
  /// How many more targets may be looked at; who has none is one.
  private var left: Int

  /// - Parameter most: how many targets are looked at.
  init(_ snapshot: ReadSnapshot, atMost most: Int = .max) { (self.snapshot, left) = (snapshot, most) }

  /// A resource whose relationships are followed.
  struct Source {
    var id: Int64
    var type: ServedType
    /// The number of its last change, where it is known.
    var sequence: Int64?
  }

  /// Follows the paths from the primary resources.
  /// - Throws: `QueryParameterError` in the site's words for a path that a type among them does not have; `IncludesMuch` where they lead
  ///   to more targets than may be looked at.
  mutating func resolve(_ paths: [[String]], from sources: [Source]) throws {
    try QueryBounds.check(include: paths)
    var checked: Set<Int64> = []
    for source in sources where checked.insert(source.type.id).inserted {
      for path in paths { try snapshot.check(include: path[...], of: source.type) }
    }
    try follow(IncludeTree(paths), from: sources)
  }

  private mutating func take(_ count: Int) throws {
    left -= count
    if left < 0 { throw IncludesMuch() }
  }

  /// Resources that lack a field are passed over: only some of the types behind a relationship may have it.
  private mutating func follow(_ tree: IncludeTree, from sources: [Source]) throws {
    for (field, children) in tree.fields {
      var targets: [Source] = []
      var known: Set<Int64> = []
      known.reserveCapacity(sources.count)
      let name = try snapshot.relationship(named: field)
      let shown = sources.filter { snapshot.sight.shows(field, of: $0.type) }.map(\.id)
      try take(shown.count)
      var last: Int?
      try snapshot.targets(of: shown, name) { place, target in
        if place == last { try take(1) }
        last = place
        guard let id = target.id, known.insert(id).inserted, let type = target.type else { return }
        targets.append(Source(id: id, type: type, sequence: target.sequence))
      }
      var entityTypes: [String] = []
      for target in targets where !entityTypes.contains(target.type.entityType) {
        entityTypes.append(target.type.entityType)
      }
      for entityType in entityTypes {
        let targets = targets.filter { $0.type.entityType == entityType }
        for target in targets where seen.insert(target.id).inserted { included.append(target) }
        try follow(children, from: targets)
      }
    }
  }
}

/// What is included is more than an event loop should wait for: it is answered where slow reads are.
struct IncludesMuch: Error {}

/// Include paths with their common beginnings joined, in the order first written.
private struct IncludeTree {
  private(set) var fields: [(name: String, children: IncludeTree)] = []

  init(_ paths: [[String]]) {
    for path in paths { insert(path[...]) }
  }

  private mutating func insert(_ path: ArraySlice<String>) {
    guard let first = path.first else { return }
    if let index = fields.firstIndex(where: { $0.name == first }) {
      fields[index].children.insert(path.dropFirst())
    } else {
      var children = IncludeTree([])
      children.insert(path.dropFirst())
      fields.append((first, children))
    }
  }
}
