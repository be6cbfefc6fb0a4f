import JSONAPI
import OpenSocial

/// Paths over relationships.
extension PathResolver {
  /// The end of a path at a relationship; nil when it goes on to the targets.
  func relationship(
    _ candidates: [Candidate], _ hop: inout ResolvedPath.Hop, _ walk: inout Walk, _ comparison: FilterOperator?
  ) throws -> ResolvedPath.Leaf? {
    var field = candidates[0].field
    for candidate in candidates.dropFirst() { field.merge(candidate.field) }
    let entityType = candidates[0].type.entityType
    if field.properties.isEmpty { field.properties = try properties(ofRelationship: field.name, entityType) }
    let described = FieldDescription(field, of: entityType)
    let isHidden = described.isAlwaysSet
    let meta = [ResourceIdentifier.targetNumber] + field.properties.map(\.name)
    if walk.parts.isEmpty {
      guard comparison == .isNull || comparison == .isNotNull else {
        throw incomplete(walk, ["id"] + meta.map { "meta.\($0)" })
      }
      return isHidden ? .alwaysSet : .link(hop)
    }
    if let next = walk.parts.first, PathResolver.isDelta(next) {
      hop.delta = Int64(next)
      walk.trail.append(next)
      walk.parts.removeFirst()
    }
    let configuration = described.configuration
    let target = target(described, hop, configuration)
    guard var next = walk.parts.first else { return target }
    if next == "meta" {
      // Behind it stands a property or, as well, a field of the target.
      walk.parts.removeFirst()
      guard let property = walk.parts.first else { return target }
      next = property
    } else if meta.contains(next) {
      throw QueryParameterError(
        "Invalid nested filtering. The property `\(next)`, given in the path `\(walk.path)` belongs to the meta object of a "
          + "relationship and must be preceded by `meta`.")
    }
    if next == ResourceIdentifier.targetNumber { return target }
    if let property = field.properties.first(where: { $0.name == next }) {
      return .linkMeta(hop, next, property.kind)
    }
    var isNamed = false
    if next == "entity" || next.hasPrefix("entity:") {
      walk.parts.removeFirst()
      walk.trail.append(next)
      if next != "entity" {
        isNamed = true
        hop.entityType = String(next.dropFirst("entity:".count))
      }
      guard let name = walk.parts.first else { return target }
      next = name
    }
    if let configuration {
      // The site knows the names, and finds only then that it cannot filter by them.
      guard ConfigurationType.fields(of: configuration).contains(next) else {
        throw PathResolver.unknown(next, walk.path)
      }
      return .configuration(ConfigurationType.label(of: configuration))
    }
    // The number of a target has this name nowhere, whatever the targets are.
    if next == "target_id" { throw PathResolver.unknown(next, walk.path) }
    if field.isInternal, !field.targets.contains(where: { !$0.isEmpty }) { return .unknown }
    if !isNamed { try checkUnambiguous(candidates, walk) }
    return nil
  }

  /// What a relationship alone compares by: the number of its target, or the machine name of configuration.
  private func target(
    _ field: FieldDescription, _ hop: ResolvedPath.Hop, _ configuration: String?
  ) -> ResolvedPath.Leaf {
    if field.isBundle { return .bundle }
    if field.isAlwaysSet { return .alwaysSet }
    return configuration == nil ? .targetID(hop) : .linkMeta(hop, ResourceIdentifier.targetNumber, .text)
  }

  /// What the identifiers of a relationship show beside the number, as other bundles of the entity type have it.
  private func properties(ofRelationship name: String, _ entityType: String) throws -> [TypeSchema.Property] {
    for type in try snapshot.types() where type.entityType == entityType {
      if let other = try snapshot.schema(of: type)?.field(name), other.isRelationship, !other.properties.isEmpty {
        return other.properties
      }
    }
    return []
  }

  /// Where fields of one name lead to different entity types, the site wants to be told which.
  private func checkUnambiguous(_ candidates: [Candidate], _ walk: Walk) throws {
    guard candidates.count > 1 else { return }
    var names: [String] = []
    let homes = try snapshot.entityTypes()
    for candidate in candidates {
      let entityTypes = Set(candidate.field.targets.map { homes.entityType(of: $0) })
      guard entityTypes.count == 1, let entityType = entityTypes.first else { continue }
      if !names.contains("entity:\(entityType)") { names.append("entity:\(entityType)") }
    }
    guard names.count > 1 else { return }
    let prior = walk.path.parts.dropLast(walk.parts.count)
    let choices = names.map { (prior + [$0] + walk.parts).joined(separator: ".") }.joined(separator: ", ")
    throw QueryParameterError(
      "Ambiguous path. Try one of the following: \(choices), in place of the given path: \(walk.path)")
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
  /// store a field of that name alike, or else as the site describes it or core has it. What core lets lead to all bundles of
  /// an entity type does so whatever was seen.
  package func targets(of field: TypeSchema.Field, type: ServedType) throws -> [ServedType] {
    if let entityType = FieldDescription(field, of: type.entityType).entityTypeOfAllBundles {
      let all = try types().filter { $0.entityType == entityType }
      if !all.isEmpty { return all }
    }
    var names = field.targets
    if names.isEmpty {
      for other in try types() where other.entityType == type.entityType && other.id != type.id {
        for name in try schema(of: other)?.field(field.name)?.targets ?? [] where !names.contains(name) {
          names.append(name)
        }
      }
    }
    if names.isEmpty {
      names = field.describedTargets ?? FieldDescription(field, of: type.entityType).fixedTargets(in: type.name)
    }
    return try names.compactMap { try self.type(name: $0) }
  }
}
