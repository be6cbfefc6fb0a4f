import JSONAPI

/// Paths over relationships.
extension PathResolver {
  /// The end of a path at a relationship; nil when it goes on to the targets.
  func relationship(
    _ candidates: [Candidate], _ hop: inout ResolvedPath.Hop, _ parts: inout ArraySlice<String>, _ path: FieldPath,
    _ comparison: FilterOperator?
  ) throws -> ResolvedPath.Leaf? {
    var field = candidates[0].field
    for candidate in candidates.dropFirst() { field.merge(candidate.field) }
    let entityType = candidates[0].type.entityType
    let isHidden = CoreFields.isAlwaysSet(field, entityType: entityType)
    let isBundle = CoreFields.isBundle(field, entityType: entityType)
    let meta = ["drupal_internal__target_id"] + field.properties.map(\.name)
    if parts.isEmpty {
      guard comparison == .isNull || comparison == .isNotNull else {
        throw incomplete(field.name, path, ["id"] + meta.map { "meta.\($0)" })
      }
      return isHidden ? .alwaysSet : .link(hop)
    }
    if let next = parts.first, PathResolver.isDelta(next) {
      hop.delta = Int64(next)
      parts.removeFirst()
    }
    let target: ResolvedPath.Leaf = isBundle ? .bundle : isHidden ? .alwaysSet : .targetID(hop)
    guard var next = parts.first else { return target }
    if next == "meta" {
      parts.removeFirst()
      guard let property = parts.first else { return target }
      next = property
    } else if meta.contains(next) {
      throw QueryParameterError(
        "Invalid nested filtering. The property `\(next)`, given in the path `\(path)` belongs to the meta object of a "
          + "relationship and must be preceded by `meta`.")
    }
    if next == "drupal_internal__target_id" { return target }
    if next == "target_id" {
      throw QueryParameterError(
        "Invalid nested filtering. The property `\(next)`, given in the path `\(path)`, does not exist. Must be one of the "
          + "following property names: `\((["id"] + meta).joined(separator: "`, `"))`.")
    }
    if let property = field.properties.first(where: { $0.name == next }) {
      return .linkMeta(hop, next, property.kind)
    }
    if next == "entity" || next.hasPrefix("entity:") {
      parts.removeFirst()
      if next != "entity" { hop.entityType = String(next.dropFirst("entity:".count)) }
      return parts.isEmpty ? target : nil
    }
    if field.isInternal, !field.targets.contains(where: { !$0.isEmpty }) {
      guard let configuration = CoreFields.configuration(behind: field, entityType: entityType) else { return .unknown }
      guard CoreFields.ofConfiguration.contains(next) else { throw PathResolver.unknown(next, path) }
      throw QueryParameterError(
        "Filtering on config entities is not supported by Drupal's entity API. You tried to filter on a \(configuration) "
          + "config entity.")
    }
    try checkUnambiguous(candidates, parts, path)
    return nil
  }

  /// Where fields of one name lead to different entity types, the site wants to be told which.
  private func checkUnambiguous(
    _ candidates: [Candidate], _ rest: ArraySlice<String>, _ path: FieldPath
  ) throws {
    guard candidates.count > 1 else { return }
    var names: [String] = []
    let homes = try snapshot.entityTypes()
    for candidate in candidates {
      let entityTypes = Set(candidate.field.targets.map { homes.entityType(of: $0) })
      guard entityTypes.count == 1, let entityType = entityTypes.first else { continue }
      if !names.contains("entity:\(entityType)") { names.append("entity:\(entityType)") }
    }
    guard names.count > 1 else { return }
    let prior = path.parts.dropLast(rest.count)
    let choices = names.map { (prior + [$0] + rest).joined(separator: ".") }.joined(separator: ", ")
    throw QueryParameterError(
      "Ambiguous path. Try one of the following: \(choices), in place of the given path: \(path)")
  }

  func targets(of candidates: [Candidate]) throws -> [ServedType] {
    var found: [ServedType] = []
    for candidate in candidates {
      for type in try snapshot.targets(of: candidate.field, type: candidate.type) where !found.contains(type) {
        found.append(type)
      }
    }
    return found
  }
}

extension ReadSnapshot {
  /// The types that a relationship is known to lead to: as seen in this type, or else in others of its entity type, which
  /// store a field of that name alike.
  package func targets(of field: TypeSchema.Field, type: ServedType) throws -> [ServedType] {
    var names = field.targets
    if names.isEmpty {
      for other in try types() where other.entityType == type.entityType && other.id != type.id {
        for name in try schema(of: other)?.field(field.name)?.targets ?? [] where !names.contains(name) {
          names.append(name)
        }
      }
    }
    return try names.compactMap { try self.type(name: $0) }
  }
}
