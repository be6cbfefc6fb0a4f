import JSONAPI
import OpenSocial

/// Resolves paths against what the mirror knows of the types, and complains as the site does (Drupal's `FieldResolver`;
/// reference 3.2, Paths).
struct PathResolver {
  let snapshot: ReadSnapshot
  let type: ServedType

  /// A type with its fields.
  struct Candidate {
    var type: ServedType
    var field: TypeSchema.Field
  }

  /// Where a walk along a path stands.
  struct Walk {
    let path: FieldPath
    /// What is left of it.
    var parts: ArraySlice<String>
    /// The part that was looked up last, as it was written.
    var part = ""
    /// What the site's code calls the parts before it.
    var trail: [String] = []
  }

  /// Relationships in one path: far more than any real one has.
  private static let longest = 32

  /// - Parameter comparison: the operator, which decides whether a relationship may be named without a property.
  /// - Throws: `QueryParameterError` in the site's words; a fault of the mirror.
  func resolve(_ path: FieldPath, comparison: FilterOperator? = nil) throws -> ResolvedPath {
    var walk = Walk(path: path, parts: path.parts[...])
    var types = [type]
    /// The entity type that the path wants: names are looked up in all types all the same.
    var wanted: String?
    var resolved = ResolvedPath(hops: [], leaf: .unknown, types: types)
    guard walk.parts.count <= 2 * PathResolver.longest else {
      throw QueryParameterError("The path `\(path)` has too many parts for this mirror.")
    }
    while let part = walk.parts.popFirst() {
      walk.part = part
      resolved.types = types.filter { PathResolver.fits($0, wanted) }
      if part == "id" {
        try checkSingle(&walk.parts, path)
        resolved.leaf = .uuid
        return resolved
      }
      try checkAccess(types, walk)
      let schemas = try types.map { ($0, try snapshot.schema(of: $0)) }
      let candidates = schemas.compactMap { type, schema in
        schema?.field(part, entityType: type.entityType).map { Candidate(type: type, field: $0) }
      }
      guard let first = candidates.first else {
        // Of a type that never was seen nothing is known: it has no rows either. No type shows the id under its own name.
        if part != "uuid", schemas.contains(where: { $0.1 == nil }) || types.isEmpty { return resolved }
        throw PathResolver.unknown(part, path)
      }
      let meant = candidates.map(\.type).filter { PathResolver.fits($0, wanted) }
      resolved.types = meant
      guard first.field.isRelationship else {
        resolved.leaf = try attribute(candidates, &walk)
        if meant.isEmpty { resolved.leaf = .unknown }
        return resolved
      }
      var hop = ResolvedPath.Hop(name: first.field.name)
      walk.trail.append(FieldDescription(first.field, of: first.type.entityType).internalName)
      if let leaf = try relationship(candidates, &hop, &walk, comparison) {
        resolved.leaf = meant.isEmpty && leaf.isOfRow ? .unknown : leaf
        return resolved
      }
      types = try targets(of: candidates)
      wanted = hop.entityType
      let entityTypes = Set(types.map(\.entityType))
      hop.targetEntityType =
        wanted.map { name in types.first { $0.name == name }?.entityType ?? ResourceTypeName(name).entityType }
        ?? (entityTypes.count == 1 ? entityTypes.first : nil)
      if walk.trail.last?.hasPrefix("entity") != true, let entityType = hop.targetEntityType {
        walk.trail.append("entity:\(entityType)")
      }
      resolved.hops.append(hop)
    }
    return resolved
  }

  /// Whether a type is of the kind that a path wants: of this entity type, or of this name.
  private static func fits(_ type: ServedType, _ wanted: String?) -> Bool {
    guard let wanted else { return true }
    return type.name == wanted || type.entityType == wanted
  }

  /// No account may filter by these, whatever it sees.
  private func checkAccess(_ types: [ServedType], _ walk: Walk) throws {
    guard types.contains(where: { FieldDescription(walk.part, of: $0.entityType).isClosedToFilters }) else { return }
    let trail = (walk.trail + [walk.part]).joined(separator: ".")
    throw QueryParameterError(
      "The current user is not authorized to filter by the `\(walk.part)` field, given in the path `\(trail)`.",
      status: 403)
  }

  /// Nothing but a delta may follow a field with one property.
  private func checkSingle(_ parts: inout ArraySlice<String>, _ path: FieldPath) throws {
    if let next = parts.first, PathResolver.isDelta(next) { parts.removeFirst() }
    guard let property = parts.first else { return }
    let whole = String(decoding: path.rawValue.utf8.dropLast(property.utf8.count + 1), as: UTF8.self)
    throw QueryParameterError(
      "Invalid nested filtering. The property `\(property)`, given in the path `\(path)`, does not exist. "
        + "Filter by `\(whole)`, not `\(path)` (the JSON:API module elides property names from single-property fields)."
    )
  }

  private func attribute(_ candidates: [Candidate], _ walk: inout Walk) throws -> ResolvedPath.Leaf {
    var field = candidates[0].field
    for candidate in candidates.dropFirst() { field.merge(candidate.field) }
    let entityType = candidates[0].type.entityType
    let properties = try properties(of: field, entityType)
    let described = FieldDescription(field, of: entityType)
    var value = ResolvedPath.Value(
      attribute: field.name, property: [], delta: nil, isList: field.isList, kind: field.kind,
      isBinary: described.isCaseSensitive)
    if properties.isEmpty {
      let delta = walk.parts.first
      try checkSingle(&walk.parts, walk.path)
      value.delta = delta.flatMap { Int64($0) }
      value.comparesByLike = field.kind == .text && described.isString
      if value.delta == nil, !value.isList, candidates.allSatisfy({ $0.type.id == candidates[0].type.id }) {
        if field.name == candidates[0].type.serialNumber { return .serial }
        if field.name == FieldDescription.changed, field.kind == .time { return .changed }
      }
      return .value(value)
    }
    if walk.parts.isEmpty { throw incomplete(walk, properties.map(\.name)) }
    if let next = walk.parts.first, PathResolver.isDelta(next) {
      value.delta = Int64(next)
      walk.parts.removeFirst()
    }
    let name = walk.parts.first ?? properties[0].name
    guard let property = properties.first(where: { $0.name == name }) else {
      throw QueryParameterError(
        "Invalid nested filtering. The property `\(name)`, given in the path `\(walk.path)`, does not exist. Must be one of "
          + "the following property names: `\(properties.map(\.name).joined(separator: "`, `"))`.")
    }
    value.property = walk.parts.isEmpty ? [name] : Array(walk.parts)
    value.kind = value.property.count > 1 ? .null : property.kind
    return .value(value)
  }

  /// What a field's values consist of: as seen in this type, in others of its entity type, or as core has it.
  private func properties(of field: TypeSchema.Field, _ entityType: String) throws -> [TypeSchema.Property] {
    if !field.properties.isEmpty { return FieldDescription.completed(field.properties) }
    guard field.kind == .null || field.kind == .object else { return [] }
    // The fields of an entity type are stored alike in all its bundles.
    for type in try snapshot.types() where type.entityType == entityType {
      if let other = try snapshot.schema(of: type)?.field(field.name), !other.properties.isEmpty, !other.isRelationship
      {
        return FieldDescription.completed(other.properties)
      }
    }
    return FieldDescription(field, of: entityType).fixedProperties
  }

  static func unknown(_ name: String, _ path: FieldPath) -> QueryParameterError {
    QueryParameterError("Invalid nested filtering. The field `\(name)`, given in the path `\(path)`, does not exist.")
  }

  func incomplete(_ walk: Walk, _ specifiers: [String]) -> QueryParameterError {
    QueryParameterError(
      "Invalid nested filtering. The field `\(walk.part)`, given in the path `\(walk.path)` is incomplete, it must end with "
        + "one of the following specifiers: `\(specifiers.joined(separator: "`, `"))`.")
  }

  static func isDelta(_ part: String) -> Bool {
    part.isDecimalDigits
  }
}
