import JSONAPI
import OpenSocial

/// What the description of an API is made of: where it is, and its types as they were learned. Who may not see everything gives types
/// and schemas as they are shown to them.
package struct DescribedAPI: Sendable {
  /// Whose API it is: the site's host.
  package let title: String
  /// Scheme and authority under which it is reached, without a final slash: `https://mirror.example`.
  package let origin: String
  /// The site's own place on its host: empty at the root, else `/community`.
  package let place: String
  /// The path of the entry point below that: `/jsonapi`.
  package let apiPath: String
  /// The types that are described, in the site's order.
  package private(set) var types: [DescribedType]
  private var described: Set<String>

  /// An API of these types, in any order.
  package init(title: String, origin: String, place: String, apiPath: String, types: [DescribedType]) {
    (self.title, self.origin, self.place, self.apiPath) = (title, origin, place, apiPath)
    let served = Set(types.map(\.name))
    described = served
    var labels: [String: Int] = [:]
    for type in types { labels[type.label, default: 0] += 1 }
    self.types = types.sorted { $0.isBefore($1) }.map { type in
      var type = type
      type.served = served
      // People may have called two types the same.
      if (labels[type.label] ?? 0) > 1 { type.label += " (\(type.name))" }
      return type
    }
  }

  /// The same API with those types alone that an option names (reference 8): `options[entity_type_id]`, `options[bundle_name]`.
  /// - Parameters:
  ///   - entityType: nil for all.
  ///   - bundle: nil for all.
  package func only(entityType: String?, bundle: String?) -> DescribedAPI {
    var api = self
    api.types.removeAll { type in
      entityType.map { $0 != type.entityType } ?? false || bundle.map { $0 != type.bundle } ?? false
    }
    api.described = Set(api.types.map(\.name))
    return api
  }

  /// Whether all collections stand below the entry point, as they do unless a site has moved one.
  var isBelowEntryPoint: Bool { types.allSatisfy { $0.path.hasPrefix(apiPath + "/") } }

  /// Whether the type of this name is described.
  func describes(_ name: String) -> Bool { described.contains(name) }
}

/// A resource type as it is described.
package struct DescribedType: Sendable {
  /// What its resources call it: `node--topic`.
  package let name: String
  /// Such as `node`.
  package let entityType: String
  /// Such as `topic`.
  package let bundle: String
  /// The path of its collection below the site's place: `/jsonapi/node/topic`.
  package let path: String
  /// Its attributes in order.
  let attributes: [FieldDescription]
  /// Its relationships in order.
  let relationships: [FieldDescription]
  /// The relationships that take files by uploads.
  let uploads: [String]
  /// How people call it, and no other type: `Content - Topic`, `File`.
  fileprivate(set) var label: String
  /// What is said of it.
  let details: String
  /// The names of all types that there are: relationships lead to them, whether they are described or not.
  fileprivate(set) var served: Set<String> = []

  /// - Parameters:
  ///   - schema: as far as it is shown.
  ///   - called: what the type calls its serial number, where not as usual.
  ///   - uploads: the relationships that take files by uploads.
  package init(
    name: String, entityType: String, bundle: String, path: String, schema: TypeSchema,
    called: AttributeNames = AttributeNames(), uploads: [String] = []
  ) {
    (self.name, self.entityType, self.bundle, self.path, self.uploads) = (name, entityType, bundle, path, uploads)
    let fields = schema.descriptions(of: entityType, called: called)
    attributes = fields.filter { !$0.isRelationship }
    relationships = fields.filter(\.isRelationship)
    let (kind, own) = (EntityTypes.label(of: entityType), EntityTypes.words(of: bundle))
    let hasBundles = DescribedType.hasBundles(entityType, bundle)
    label = schema.words?.title ?? (hasBundles ? "\(kind) - \(own)" : kind)
    details = schema.words?.details ?? "\(EntityTypes.bundleLabel(of: entityType)) \(own) of type \(kind)."
  }

  /// Whether its entity type has bundles.
  var hasBundles: Bool { DescribedType.hasBundles(entityType, bundle) }

  private static func hasBundles(_ entityType: String, _ bundle: String) -> Bool {
    entityType != bundle || !EntityTypes.withoutBundles.contains(entityType)
  }

  /// Whether the site names it first: types are ordered by the module that brings the entity type, by this, and by name.
  fileprivate func isBefore(_ other: DescribedType) -> Bool {
    let (mine, others) = (EntityTypes.module(of: entityType), EntityTypes.module(of: other.entityType))
    if mine != others { return mine.utf8.lexicographicallyPrecedes(others.utf8) }
    if entityType != other.entityType { return entityType.utf8.lexicographicallyPrecedes(other.entityType.utf8) }
    return name.utf8.lexicographicallyPrecedes(other.name.utf8)
  }
}

extension FieldDescription {
  /// Whether it is a relationship.
  var isRelationship: Bool { learned?.isRelationship ?? false }
  /// How people call it: as the site does, else by its name.
  var title: String { learned?.words?.title ?? words }
  /// Whether it has any number of values.
  var isList: Bool { learned?.isList ?? false }
}
