import JSONAPI
import OpenSocial
import Synchronization

/// A resource type as answers need it. A class, for every row of an answer carries it.
package final class ServedType: Sendable, Hashable {
  /// The number that stands for the name in the mirror.
  package let id: Int64
  /// What its resources call their type, such as `node--topic`.
  package let name: String
  /// The machine name of its entity type, such as `node`.
  package let entityType: String
  /// The bundle's machine name.
  package let bundle: String
  /// The key of its link at the entry point, and in the names of routes.
  package let link: String
  /// The collection's path: `/jsonapi/node/topic`.
  package let path: String
  /// The path of its route, as errors of the site name it: without the language that may stand before it.
  package let routePath: String
  /// The attribute whose value is the row's serial number; nil where none is known.
  package let serialNumber: String?
  /// The path as it stands in JSON strings of the site.
  package let escapedPath: [UInt8]

  init(
    id: Int64, name: String, entityType: String, bundle: String? = nil, link: String? = nil, path: String,
    languagePrefix: String = "", serialNumber: String? = nil
  ) {
    self.id = id
    self.name = name
    self.entityType = entityType
    self.bundle = bundle ?? ResourceTypeName(name).bundle
    self.link = link ?? name
    self.path = path
    self.serialNumber = serialNumber
    routePath = path.hasPrefix(languagePrefix) ? String(path.dropFirst(languagePrefix.count)) : path
    var escaped: [UInt8] = []
    JSON.encodeContent(path, into: &escaped, .site)
    escapedPath = escaped
  }

  /// Types of one mirror are the same when their numbers are.
  package static func == (one: ServedType, other: ServedType) -> Bool { one.id == other.id }
  /// By the number alone, as `==` does.
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// The resource types of a mirror, read once and again when a number or a path is asked for that is not known, or a name once there are
/// other types than before.
final class TypeCatalog: Sendable {
  private struct Known {
    /// The names of all types, as the mirror had them when they were read.
    var names = ""
    var byID: [Int64: ServedType] = [:]
    var byPath: [String: ServedType] = [:]
    var byName: [String: ServedType] = [:]
    var schemas: [Int64: (version: Int64, schema: TypeSchema)] = [:]
  }
  private let known = Mutex(Known())

  /// Where the types belong, as far as it is known.
  func entityTypes(_ connection: ReadConnection) throws -> EntityTypes {
    if known.withLock({ $0.byID.isEmpty }) { try reload(connection) }
    return known.withLock { known in
      EntityTypes(known.byName.mapValues { .init(entityType: $0.entityType, bundle: $0.bundle) })
    }
  }

  func type(id: Int64, _ connection: ReadConnection) throws -> ServedType? {
    try look(connection) { $0.byID[id] }
  }

  func type(path: String, _ connection: ReadConnection) throws -> ServedType? {
    try look(connection) { $0.byPath[path] ?? $0.byPath[path.lowercased()] }
  }

  /// Names of configuration's types, which no mirror has, are asked for with every read of a narrowed sight: that there is none costs one
  /// look at the names.
  func type(name: String, _ connection: ReadConnection) throws -> ServedType? {
    let (type, names) = known.withLock { ($0.byName[name], $0.names) }
    if let type { return type }
    if !names.isEmpty, try self.names(connection) == names { return nil }
    return try look(connection) { $0.byName[name] }
  }

  /// Numbers and names of the types that are served, as one text: a number may be given anew.
  private func names(_ connection: ReadConnection) throws -> String {
    let statement = try connection.statement(
      "SELECT coalesce(group_concat(id || name), '') FROM resource_type WHERE path IS NOT NULL")
    defer { statement.reset() }
    return try statement.step() ? statement.text(0) : ""
  }

  func all(_ connection: ReadConnection) throws -> [ServedType] {
    try reload(connection)
    return known.withLock { known in known.byID.values.sorted { $0.name < $1.name } }
  }

  /// A schema that was read before, when it still is the one of this version.
  func schema(of type: Int64, version: Int64) -> TypeSchema? {
    known.withLock { known in known.schemas[type].flatMap { $0.version == version ? $0.schema : nil } }
  }

  func keep(_ schema: TypeSchema, of type: Int64, version: Int64) {
    known.withLock { $0.schemas[type] = (version, schema) }
  }

  private func look(_ connection: ReadConnection, _ find: (borrowing Known) -> ServedType?) throws -> ServedType? {
    if let type = known.withLock({ find($0) }) { return type }
    try reload(connection)
    return known.withLock { find($0) }
  }

  private func reload(_ connection: ReadConnection) throws {
    let statement = try connection.statement(
      """
      SELECT id, name, entity_type, path, coalesce((SELECT value FROM setting WHERE name = 'language_prefix'), ''),
        id_attribute, coalesce(link, name), coalesce(bundle, '')
      FROM resource_type WHERE path IS NOT NULL
      """)
    defer { statement.reset() }
    var fresh = Known()
    fresh.names = try names(connection)
    while try statement.step() {
      let (name, entityType) = (statement.text(1), statement.text(2))
      let named = statement.isNull(5) ? [:] : [name: statement.text(5)]
      let type = ServedType(
        id: statement.integer(0), name: name, entityType: entityType,
        bundle: statement.text(7).isEmpty ? nil : statement.text(7), link: statement.text(6), path: statement.text(3),
        languagePrefix: statement.text(4),
        serialNumber: SerialNumbers(named: named, entityTypes: [name: entityType]).attribute(of: name))
      fresh.byID[type.id] = type
      // Paths are compared without regard to letter case, as the site does.
      fresh.byPath[PercentCoding.decodedPath(type.path).lowercased()] = type
      fresh.byName[type.name] = type
    }
    let read = fresh
    known.withLock { known in
      let schemas = known.schemas
      known = read
      known.schemas = schemas
    }
  }
}
