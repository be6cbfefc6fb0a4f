import JSONAPI

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

  /// Relationships in one path: far more than any real one has.
  private static let longest = 32

  /// - Parameter comparison: the operator, which decides whether a relationship may be named without a property.
  /// - Throws: `QueryParameterError` in the site's words; a fault of the mirror.
  func resolve(_ path: FieldPath, comparison: FilterOperator? = nil) throws -> ResolvedPath {
    var parts = path.parts[...]
    var types = [type]
    var resolved = ResolvedPath(hops: [], leaf: .unknown, types: types)
    guard parts.count <= 2 * PathResolver.longest else {
      throw QueryParameterError("The path `\(path)` has too many parts for this mirror.")
    }
    while let part = parts.popFirst() {
      resolved.types = types
      if part == "id" || part == "uuid" {
        try checkSingle(&parts, path)
        resolved.leaf = .uuid
        return resolved
      }
      let schemas = try types.map { ($0, try snapshot.schema(of: $0)) }
      let candidates = schemas.compactMap { type, schema in
        schema?.field(part, entityType: type.entityType).map { Candidate(type: type, field: $0) }
      }
      guard let first = candidates.first else {
        // Of a type that never was seen nothing is known: it has no rows either.
        if schemas.contains(where: { $0.1 == nil }) || types.isEmpty { return resolved }
        throw PathResolver.unknown(part, path)
      }
      resolved.types = candidates.map(\.type)
      guard first.field.isRelationship else {
        resolved.leaf = try attribute(candidates, &parts, path)
        return resolved
      }
      var hop = ResolvedPath.Hop(name: first.field.name)
      if let leaf = try relationship(candidates, &hop, &parts, path, comparison) {
        resolved.leaf = leaf
        return resolved
      }
      types = try targets(of: candidates)
      let entityTypes = Set(types.map(\.entityType))
      hop.targetEntityType = entityTypes.count == 1 ? entityTypes.first : nil
      resolved.hops.append(hop)
      if let wanted = hop.entityType {
        types = types.filter { $0.name == wanted || $0.entityType == wanted }
      }
    }
    return resolved
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

  private func attribute(
    _ candidates: [Candidate], _ parts: inout ArraySlice<String>, _ path: FieldPath
  ) throws -> ResolvedPath.Leaf {
    var field = candidates[0].field
    for candidate in candidates.dropFirst() { field.merge(candidate.field) }
    let entityType = candidates[0].type.entityType
    let properties = try properties(of: field, entityType)
    var value = ResolvedPath.Value(
      attribute: field.name, property: [], delta: nil, isList: field.isList, kind: field.kind,
      isBinary: CoreFields.isCaseSensitive(field.name, entityType: entityType))
    if properties.isEmpty {
      let delta = parts.first
      try checkSingle(&parts, path)
      value.delta = delta.flatMap { Int64($0) }
      if value.delta == nil, !value.isList, candidates.allSatisfy({ $0.type.id == candidates[0].type.id }) {
        if field.name == candidates[0].type.serialNumber { return .serial }
        if field.name == "changed", field.kind == .time { return .changed }
      }
      return .value(value)
    }
    if parts.isEmpty { throw incomplete(field.name, path, properties.map(\.name)) }
    if let next = parts.first, PathResolver.isDelta(next) {
      value.delta = Int64(next)
      parts.removeFirst()
    }
    let name = parts.first ?? properties[0].name
    guard let property = properties.first(where: { $0.name == name }) else {
      throw QueryParameterError(
        "Invalid nested filtering. The property `\(name)`, given in the path `\(path)`, does not exist. Must be one of "
          + "the following property names: `\(properties.map(\.name).joined(separator: "`, `"))`.")
    }
    value.property = parts.isEmpty ? [name] : Array(parts)
    value.kind = value.property.count > 1 ? .null : property.kind
    return .value(value)
  }

  /// What a field's values consist of: as seen in this type, in others of its entity type, or as core has it.
  private func properties(of field: TypeSchema.Field, _ entityType: String) throws -> [TypeSchema.Property] {
    if !field.properties.isEmpty { return CoreFields.completed(field.properties) }
    guard field.kind == .null || field.kind == .object else { return [] }
    // The fields of an entity type are stored alike in all its bundles.
    for type in try snapshot.types() where type.entityType == entityType {
      if let other = try snapshot.schema(of: type)?.field(field.name), !other.properties.isEmpty, !other.isRelationship
      {
        return CoreFields.completed(other.properties)
      }
    }
    return CoreFields.properties(of: field.name, entityType: entityType)
  }

  static func unknown(_ name: String, _ path: FieldPath) -> QueryParameterError {
    QueryParameterError("Invalid nested filtering. The field `\(name)`, given in the path `\(path)`, does not exist.")
  }

  func incomplete(_ name: String, _ path: FieldPath, _ specifiers: [String]) -> QueryParameterError {
    QueryParameterError(
      "Invalid nested filtering. The field `\(name)`, given in the path `\(path)` is incomplete, it must end with one of "
        + "the following specifiers: `\(specifiers.joined(separator: "`, `"))`.")
  }

  static func isDelta(_ part: String) -> Bool {
    !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
