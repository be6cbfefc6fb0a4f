import JSONAPI

/// A bad query: what the site answers.
struct QueryFault: Error, Sendable {
  var status = 400
  var detail: String
}

extension SiteError {
  /// The refusal of a query.
  init(_ fault: QueryFault) { self.init(fault.status, fault.detail) }
}

/// A filter or sort path, resolved against a resource type (reference 3.2, Paths).
struct FieldPath: Sendable {
  enum Leaf: Sendable, Equatable {
    case uuid
    case id
    case changed
    case created
    case attribute(String, AttributeKind)
    case property(attribute: String, String)
    case targetUUID(String)
    case targetMeta(String, String)
    /// The relationship itself, for IS NULL and IS NOT NULL.
    case relationship(String)
  }

  /// The name of the attribute that the path ends at, if it does.
  var attribute: String? {
    switch leaf {
    case .attribute(let name, _), .property(let name, _): name
    default: nil
    }
  }

  /// Whether it ends at what compares by `LIKE`.
  var isString: Bool {
    switch leaf {
    case .uuid, .targetUUID, .attribute(_, .string): true
    default: false
    }
  }

  /// Relationships to follow, first to last.
  var hops: [String]
  var leaf: Leaf

  /// - Throws: `QueryFault` as the site answers it. `allowsBare` permits a relationship as the end of the path.
  init(_ path: String, type: ResourceType, in content: Content, allowsBare: Bool = false) throws(QueryFault) {
    guard !path.isEmpty else { throw QueryFault(detail: "No field name was provided for the filter.") }
    var parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var types = [type]
    hops = []
    while true {
      let name = parts.removeFirst()
      let rest = parts
      if name == "pass",
        types.contains(where: { $0.entityType == "user" })
          || name == "hostname" && types.contains(where: { $0.entityType == "comment" })
      {
        throw QueryFault(
          status: 403,
          detail: "The current user is not authorized to filter by the `\(name)` field, given in the path "
            + "`\((hops.flatMap { [$0, "entity:user"] } + [name]).joined(separator: "."))`.")
      }
      if name == "id", rest.isEmpty {
        leaf = .uuid
        return
      }
      if let known = types.first(where: { $0.kinds[name] != nil }), let kind = known.kinds[name] {
        leaf = try FieldPath.attribute(name, kind, rest, path, known)
        return
      }
      guard let known = types.first(where: { $0.relationshipNames.contains(name) }) else {
        throw QueryFault(
          detail: "Invalid nested filtering. The field `\(name)`, given in the path `\(path)`, does not exist.")
      }
      if let done = try FieldPath.relationship(name, rest, path, known, allowsBare, in: content) {
        leaf = done
        return
      }
      if Int(parts[0]) != nil { parts.removeFirst() }
      if parts.first == "meta" { parts.removeFirst() }
      let isNamed = parts.first?.hasPrefix("entity:") == true
      if parts.first == "entity" || isNamed { parts.removeFirst() }
      if !isNamed, !parts.isEmpty {
        try FieldPath.checkUnambiguous(name, parts, path, types, content)
      }
      guard !parts.isEmpty else { throw FieldPath.incomplete(name, path, ["id", "meta.drupal_internal__target_id"]) }
      hops.append(name)
      let targets = Set(types.flatMap { $0.targets[name] ?? [] })
      // An answered comment may be of any bundle, whatever is there.
      let isOfAnyBundle = name == "pid" && types.contains { $0.entityType == "comment" }
      types = content.types.filter { targets.contains($0.name) || isOfAnyBundle && $0.entityType == "comment" }
    }
  }

  private static func attribute(
    _ name: String, _ kind: AttributeKind, _ rest: [String], _ path: String, _ type: ResourceType
  ) throws(QueryFault) -> Leaf {
    let isPlaced = rest.first.flatMap { Int($0) } != nil
    let rest = isPlaced ? Array(rest.dropFirst()) : rest
    if kind == .computed { throw QueryFault(status: 500, detail: "'\(name)' not found") }
    guard case .object(let properties) = kind else {
      if let property = rest.first {
        throw QueryFault(
          detail: "Invalid nested filtering. The property `\(property)`, given in the path `\(path)`, does not exist. "
            + "Filter by `\(name)`, not `\(path)` (the JSON:API module elides property names from single-property fields)."
        )
      }
      switch name {
      case type.idAttribute: return .id
      case "changed": return .changed
      case "created": return .created
      default: return .attribute(name, kind)
      }
    }
    // A place in the list alone means the first property.
    guard let property = rest.first ?? (isPlaced ? properties.first : nil) else {
      throw incomplete(name, path, properties)
    }
    guard properties.contains(property) else {
      throw QueryFault(
        detail:
          "Invalid nested filtering. The property `\(property)`, given in the path `\(path)`, does not exist. Must be one "
          + "of the following property names: " + properties.map { "`\($0)`" }.joined(separator: ", ") + ".")
    }
    if name == "path" { throw QueryFault(status: 500, detail: "Call to a member function getColumns() on bool") }
    if properties.contains("comment_count"), property != "status" {
      throw QueryFault(status: 500, detail: "Invalid specifier '\(property)'")
    }
    return .property(attribute: name, property)
  }

  /// The end of a path at a relationship; nil when the path goes on to its targets.
  private static func relationship(
    _ name: String, _ rest: [String], _ path: String, _ type: ResourceType, _ allowsBare: Bool, in content: Content
  ) throws(QueryFault) -> Leaf? {
    if name == "groups" || name == "profile_profiles" {
      throw QueryFault(status: 500, detail: "Call to a member function getColumns() on bool")
    }
    let isPlaced = rest.first.flatMap { Int($0) } != nil
    var rest = isPlaced ? Array(rest.dropFirst()) : rest
    // A field has the same properties in all bundles.
    let others = content.types.lazy.filter { $0.entityType == type.entityType }.compactMap { $0.metaNames[name] }
    let metaNames = ["drupal_internal__target_id"] + (type.metaNames[name] ?? others.first ?? [])
    guard let next = rest.first else {
      if isPlaced { return .targetMeta(name, metaNames[0]) }
      guard allowsBare else { throw incomplete(name, path, ["id"] + metaNames.map { "meta.\($0)" }) }
      return .relationship(name)
    }
    if next == "id", rest.count == 1 { return .targetUUID(name) }
    if next == "meta" {
      rest.removeFirst()
      guard let key = rest.first else { return .targetMeta(name, metaNames[0]) }
      if metaNames.contains(key) { return .targetMeta(name, key) }
    } else if metaNames.contains(next) {
      throw QueryFault(
        detail:
          "Invalid nested filtering. The property `\(next)`, given in the path `\(path)` belongs to the meta object of a "
          + "relationship and must be preceded by `meta`.")
    }
    return nil
  }

  /// Where fields of one name lead to different entity types, a path has to say which.
  private static func checkUnambiguous(
    _ name: String, _ rest: [String], _ path: String, _ types: [ResourceType], _ content: Content
  ) throws(QueryFault) {
    var names: [String] = []
    for type in types where type.relationshipNames.contains(name) {
      let targets = type.targets[name] ?? []
      let kinds = Set(content.types.filter { targets.contains($0.name) }.map(\.entityType))
      guard kinds.count == 1, let kind = kinds.first, !names.contains("entity:\(kind)") else { continue }
      names.append("entity:\(kind)")
    }
    guard names.count > 1 else { return }
    let all = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let prior = Array(all.dropLast(rest.count))
    let choices = names.map { (prior + [$0] + rest).joined(separator: ".") }.joined(separator: ", ")
    throw QueryFault(
      detail: "Ambiguous path. Try one of the following: \(choices), in place of the given path: \(path)")
  }

  private static func incomplete(_ name: String, _ path: String, _ specifiers: [String]) -> QueryFault {
    QueryFault(
      detail:
        "Invalid nested filtering. The field `\(name)`, given in the path `\(path)` is incomplete, it must end with "
        + "one of the following specifiers: " + specifiers.map { "`\($0)`" }.joined(separator: ", ") + ".")
  }
}
