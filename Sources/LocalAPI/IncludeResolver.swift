import JSONAPI
import Store

/// Finds the resources of `include` in the site's order (reference 3.6): for each field of the include tree all targets of all
/// primary resources, by entity type in the order first seen, then what those include. Each once.
struct IncludeResolver {
  private let snapshot: ReadSnapshot
  private(set) var included: [Int64] = []
  private var seen: Set<Int64> = []

  init(_ snapshot: ReadSnapshot) { self.snapshot = snapshot }

  /// A resource whose relationships are followed.
  struct Source {
    var id: Int64
    var type: ServedType
  }

  /// Follows the paths from the primary resources.
  /// - Throws: `QueryParameterError` in the site's words for a name that is no relationship of a type among them.
  mutating func resolve(_ paths: [[String]], from sources: [Source]) throws {
    try resolve(IncludeTree(paths), from: sources, prefix: [])
  }

  private mutating func resolve(_ tree: IncludeTree, from sources: [Source], prefix: [String]) throws {
    for (field, children) in tree.fields {
      for type in Set(sources.map(\.type)) { try check(field, of: type, prefix: prefix) }
      var targets: [Source] = []
      var known: Set<Int64> = []
      for source in sources {
        for target in try snapshot.targets(of: source.id, field: field) {
          guard let target, known.insert(target).inserted else { continue }
          guard let type = try snapshot.resource(id: target, { $0.type }) else { continue }
          targets.append(Source(id: target, type: type))
        }
      }
      var entityTypes: [String] = []
      for target in targets where !entityTypes.contains(target.type.entityType) {
        entityTypes.append(target.type.entityType)
      }
      targets = entityTypes.flatMap { entityType in targets.filter { $0.type.entityType == entityType } }
      for target in targets where seen.insert(target.id).inserted { included.append(target.id) }
      try resolve(children, from: targets, prefix: prefix + [field])
    }
  }

  private func check(_ field: String, of type: ServedType, prefix: [String]) throws {
    guard let schema = try snapshot.schema(of: type) else { return }
    try IncludeResolver.check(field, of: schema, prefix: prefix)
  }

  /// - Parameter prefix: the names before it in the path.
  /// - Throws: `QueryParameterError` in the site's words when a type has no relationship of this name.
  static func check(_ field: String, of schema: TypeSchema, prefix: [String]) throws {
    guard !schema.relationships.contains(field) else { return }
    let possible =
      "`\(field)` is not a valid relationship field name. Possible values: "
      + "\(schema.relationships.joined(separator: ", "))."
    let path = (prefix + [field]).joined(separator: ".")
    throw QueryParameterError(prefix.isEmpty ? possible : "`\(path)` is not a valid include path. \(possible)")
  }
}

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
