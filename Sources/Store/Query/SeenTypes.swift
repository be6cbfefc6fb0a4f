import JSONAPI
import OpenSocial

/// What a sight shows of types, as one snapshot knows it. Each is made once a snapshot: every row of an answer asks.
final class SeenTypes {
  fileprivate var schemas: [Int64: TypeSchema?] = [:]
  fileprivate var members: [Int64: (names: Set<String>, all: SparseFields)] = [:]
}

extension ReadSnapshot {
  /// A prepared statement over what is shown. Reset after use by the caller.
  /// - Parameter sql: begins with `SELECT`; `resource` and `relationship` are the tables as the sight shows them.
  func statement(_ sql: String) throws -> RawStatement {
    guard let narrowing = sight.narrowing else { return try connection.statement(sql) }
    return try connection.statement(narrowing.narrowed(sql))
  }

  /// The same of a fixed one.
  func statement(_ which: FixedStatement) throws -> RawStatement {
    guard let narrowing = sight.narrowing else { return try connection.statement(which) }
    return try connection.statement(narrowing.narrowed(which.sql))
  }

  /// A schema without the fields that are not shown, and without the types that are not there among the targets of the others. These
  /// are the ones that the site describes, where it does.
  func narrowed(_ type: ServedType, _ whole: () throws -> TypeSchema?) throws -> TypeSchema? {
    guard let seen else { return try whole() }
    if let known = seen.schemas[type.id] { return known }
    // Names of types that the mirror does not serve are configuration's, which is nobody's.
    let isThere: (String) throws -> Bool = { name in
      try catalog.type(name: name, connection).map { sight.shows($0) } ?? true
    }
    var schema = try whole()
    if var fields = schema?.fields {
      fields.removeAll { !sight.shows($0.name, of: type) }
      for index in fields.indices {
        // What was seen, may have been seen in rows that are left out.
        let described = fields[index].describedTargets ?? []
        fields[index].targets = try (described.isEmpty ? fields[index].targets : described).filter(isThere)
        fields[index].describedTargets = try fields[index].describedTargets?.filter(isThere)
      }
      schema?.fields = fields
    }
    seen.schemas.updateValue(schema, forKey: type.id)
    return schema
  }

  /// The members of a type's resources that are shown, of those that are asked for. Where the sight hides fields of the type, nothing
  /// is shown but what the schema names.
  /// - Parameter asked: a sparse fieldset; nil for all members.
  /// - Returns: nil for all.
  package func members(of type: ServedType, asked: [String]?) throws -> SparseFields? {
    guard let seen, sight.hidesFields(of: type) else { return asked.map { SparseFields($0) } }
    let shown: (names: Set<String>, all: SparseFields)
    if let known = seen.members[type.id] {
      shown = known
    } else {
      let names = Set(try schema(of: type)?.fields.map(\.name) ?? [])
      shown = (names, SparseFields(names))
      seen.members[type.id] = shown
    }
    return asked.map { SparseFields($0.filter(shown.names.contains)) } ?? shown.all
  }

  /// Whether resources of a type's entity type are left out: then nothing may tell by an id whether there is one. The site knows a
  /// resource by its id among all bundles of an entity type.
  package func leavesOutResources(like type: ServedType) throws -> Bool {
    guard let narrowing = sight.narrowing else { return false }
    let rules = narrowing.content.rules
    if rules.contains(where: { $0.published || $0.own || !$0.privateFiles && type.entityType == "file" }) {
      return true
    }
    return try catalog.all(connection).contains { $0.entityType == type.entityType && !sight.shows($0) }
  }

  /// The site's time up to which all types are known that are shown and read at all, Unix seconds; 0 when one never was read whole.
  func knownUntilOfShown() throws -> Int64 {
    let shown = try types().map { String($0.id) }.joined(separator: ", ")
    let statement = try connection.statement("SELECT min(known_until) FROM cursor WHERE type IN (\(shown))")
    defer { statement.reset() }
    return try statement.step() ? statement.optionalInteger(0) ?? 0 : 0
  }
}

extension QueryCompiler {
  /// Notes that it is read out of documents which rows are published, where an index could spare that.
  mutating func noteStatus() throws {
    guard snapshot.sight.showsPublishedAlone, let field = try snapshot.schema(of: type)?.field(SightSQL.status),
      !field.isRelationship, !field.isList
    else { return }
    let value = ResolvedPath.Value(
      attribute: field.name, property: [], delta: nil, isList: false, kind: field.kind, isBinary: false)
    guard let key = PathKey(value), try snapshot.pathIndex(type: type.id, key) == nil else { return }
    note(value, [type])
  }

  /// SQL about a row that is null where the row's type has the field hidden: a path may lead to several types, and a field be hidden
  /// in some of them.
  func shown(_ sql: String, _ field: String, of row: RowReference) -> String {
    let hiding = types.filter { !snapshot.sight.shows(field, of: $0) }.map { String($0.id) }
    guard !hiding.isEmpty else { return sql }
    return "CASE WHEN \(row.alias).type NOT IN (\(hiding.joined(separator: ", "))) THEN \(sql) END"
  }
}
