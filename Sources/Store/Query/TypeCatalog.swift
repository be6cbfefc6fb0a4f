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

/// The resource types of a mirror, read once, and again when a number, a path or a name is asked for that is not known, or all of them
/// are, and the mirror says something else of them than before. Once a second that is asked whatever is known: the site may have given
/// a type another path.
final class TypeCatalog: Sendable {
  fileprivate struct Known {
    /// What the mirror said of the types when they were read.
    var said = ""
    /// When the mirror was asked for that last.
    var asked: ContinuousClock.Instant?
    /// How often it said something new.
    var edition = 0
    /// By name.
    var all: [ServedType] = []
    var byID: [Int64: ServedType] = [:]
    var byPath: [String: ServedType] = [:]
    var byName: [String: ServedType] = [:]
    var schemas: [Int64: (version: Int64, schema: TypeSchema)] = [:]
  }
  private let known = Mutex(Known())

  /// Where the types belong, as far as it is known.
  func entityTypes(_ connection: ReadConnection) throws -> EntityTypes {
    if known.withLock({ $0.byID.isEmpty }) { try refresh(connection) }
    return known.withLock { known in
      EntityTypes(known.byName.mapValues { .init(entityType: $0.entityType, bundle: $0.bundle) })
    }
  }

  func type(id: Int64, _ connection: ReadConnection) throws -> ServedType? {
    try look(connection) { $0.byID[id] }
  }

  /// What every request begins with.
  func type(
    path: String, _ connection: ReadConnection, at now: ContinuousClock.Instant = .now
  ) throws -> ServedType? {
    let isDue = known.withLock { known in
      let isDue = known.asked.map { now - $0 >= .seconds(1) } ?? true
      if isDue { known.asked = now }
      return isDue
    }
    if isDue { try refresh(connection) }
    return try look(connection) { $0.byPath[path] ?? $0.byPath[path.lowercased()] }
  }

  func type(name: String, _ connection: ReadConnection) throws -> ServedType? {
    try look(connection) { $0.byName[name] }
  }

  /// Is another number once types are others: what shows their paths is then another answer.
  var edition: Int { known.withLock { $0.edition } }

  func all(_ connection: ReadConnection) throws -> [ServedType] {
    try refresh(connection)
    return known.withLock { $0.all }
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
    // Anybody may ask for what is not there, and a narrowed sight does with every read: that costs one look.
    return try refresh(connection) ? known.withLock { find($0) } : nil
  }

  /// Reads the types anew where the mirror says something else of them than before.
  /// - Returns: whether it did.
  @discardableResult
  private func refresh(_ connection: ReadConnection) throws -> Bool {
    let said = try said(connection)
    if known.withLock({ $0.said == said }) { return false }
    let read = try Known(said: said, read(connection))
    known.withLock { known in
      let before = known
      known = read
      (known.schemas, known.asked, known.edition) = (before.schemas, before.asked, before.edition &+ 1)
    }
    return true
  }

  /// All that types are made of, as one text; empty where none is served.
  private func said(_ connection: ReadConnection) throws -> String {
    let statement = try connection.statement(
      """
      SELECT group_concat(json_array(id, name, entity_type, path, id_attribute, link, bundle))
        || coalesce((SELECT value FROM setting WHERE name = 'language_prefix'), '')
      FROM resource_type WHERE path IS NOT NULL
      """)
    defer { statement.reset() }
    return try statement.step() && !statement.isNull(0) ? statement.text(0) : ""
  }

  private func read(_ connection: ReadConnection) throws -> [ServedType] {
    let statement = try connection.statement(
      """
      SELECT id, name, entity_type, path, coalesce((SELECT value FROM setting WHERE name = 'language_prefix'), ''),
        id_attribute, coalesce(link, name), coalesce(bundle, '')
      FROM resource_type WHERE path IS NOT NULL ORDER BY name
      """)
    defer { statement.reset() }
    var types: [ServedType] = []
    while try statement.step() {
      let (name, entityType) = (statement.text(1), statement.text(2))
      let named = statement.isNull(5) ? [:] : [name: statement.text(5)]
      types.append(
        ServedType(
          id: statement.integer(0), name: name, entityType: entityType,
          bundle: statement.text(7).isEmpty ? nil : statement.text(7), link: statement.text(6), path: statement.text(3),
          languagePrefix: statement.text(4),
          serialNumber: SerialNumbers(named: named, entityTypes: [name: entityType]).attribute(of: name)))
    }
    return types
  }
}

extension TypeCatalog.Known {
  fileprivate init(said: String, _ types: [ServedType]) {
    (self.said, all) = (said, types)
    for type in types {
      byID[type.id] = type
      // Paths are compared without regard to letter case, as the site does.
      byPath[PercentCoding.decodedPath(type.path).lowercased()] = type
      byName[type.name] = type
    }
  }
}
