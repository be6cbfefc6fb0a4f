import JSONAPI
import OpenSocial

/// Conditions on columns and single values of a row, and the site's own conditions on what a filter may find.
extension QueryCompiler {
  mutating func own(_ item: Item, _ row: RowReference) throws -> Term {
    let condition = item.condition
    switch item.leaf {
    case .uuid: return uuid(row.id, condition)
    case .serial:
      let sql = comparison(serial(item.types, row), .number, condition)
      let isOne = condition.comparison == .equal || condition.comparison == .in
      guard row.alias != "r", isOne else { return Term(sql: sql, isDriving: isOne) }
      let types = item.types.map { bind(.integer($0.id)) }.joined(separator: ", ")
      return Term(sql: "\(row.alias).type IN (\(types)) AND \(sql)", isDriving: true)
    case .changed: return Term(sql: comparison(changed(row), .number, condition))
    case .value(let value):
      if let delta = value.delta, delta != 0 { return .never }
      if let term = try indexed(item, row) { return term }
      note(value, item.types)
      return Term(
        sql: comparison(extracted(value, row), ValueClass(value), condition, byLike: value.comparesByLike))
    case .bundle: return Term(sql: comparison(bundle(item.types, row), .text, condition))
    case .alwaysSet: return condition.comparison == .isNotNull ? .always : .never
    case .configuration(let kind): throw QueryCompiler.configuration(kind)
    case .unknown, .link, .targetID, .linkMeta: return .never
    }
  }

  /// The SQL of a value in the row's document.
  mutating func extracted(_ value: ResolvedPath.Value, _ row: RowReference) -> String {
    let path = bind(.text(value.attributePath + value.propertyPath))
    return "json_extract(\(shown("\(row.alias).document", value.attribute, of: row)), \(path))"
  }

  /// The SQL of the row's serial number, which is an attribute of the types.
  func serial(_ types: [ServedType], _ row: RowReference) -> String {
    let column = "\(row.alias).internal_id"
    return types.first?.serialNumber.map { shown(column, $0, of: row) } ?? column
  }

  /// The SQL of the time of the row's last change.
  func changed(_ row: RowReference) -> String { shown("\(row.alias).changed", FieldDescription.changed, of: row) }

  /// The SQL of the machine name of the row's bundle.
  mutating func bundle(_ types: [ServedType], _ row: RowReference) -> String {
    let cases = types.map { type in
      "WHEN \(bind(.integer(type.id))) THEN \(bind(.text(type.bundle)))"
    }
    return "CASE \(row.alias).type \(cases.joined(separator: " ")) END"
  }

  /// Notes that a path had to be read out of documents: what an index could spare.
  mutating func note(_ value: ResolvedPath.Value, _ types: [ServedType]) {
    guard let key = PathKey(value) else { return }
    for type in types {
      let use = PathUse(type: type.id, path: key, kind: ValueClass(value))
      if !uses.contains(use) { uses.append(use) }
    }
  }

  /// What the site says when a path leads into configuration.
  static func configuration(_ kind: String) -> QueryParameterError {
    QueryParameterError(
      "Filtering on config entities is not supported by Drupal's entity API. You tried to filter on a \(kind) config "
        + "entity.")
  }

  /// What a filter of any kind adds (Drupal's `TemporaryQueryGuard`; reference 3.3): the anonymous user is not found, and of
  /// files only public ones and the account's own. What a path leads to counts for the whole filter: where it is such a thing,
  /// rows that lead to none are not found either, in whatever group the path stands.
  mutating func access(to filter: Filter, _ row: RowReference) throws -> [Term] {
    var terms: [Term] = []
    var seen: Set<[ResolvedPath.Hop]> = []
    if let term = try access(to: type.entityType, row) { terms.append(term) }
    for item in filter.items {
      guard case .condition(let condition) = item.content else { continue }
      let resolver = PathResolver(snapshot: snapshot, type: type)
      guard let path = try? resolver.resolve(condition.path, comparison: condition.comparison) else { continue }
      for count in path.hops.indices {
        let hops = Array(path.hops[...count])
        guard let entityType = hops[count].targetEntityType, seen.insert(hops).inserted else { continue }
        if let term = try access(behind: hops[...], to: entityType, row) { terms.append(term) }
      }
    }
    return terms
  }

  private mutating func access(
    behind hops: ArraySlice<ResolvedPath.Hop>, to entityType: String, _ row: RowReference
  ) throws -> Term? {
    guard let hop = hops.first else { return try access(to: entityType, row) }
    let place = place(for: row)
    let link = alias("l")
    let target = target(of: link, behind: place)
    let way = links(hop, link)
    guard let inner = try access(behind: hops.dropFirst(), to: entityType, target) else { return nil }
    // A target that the mirror does not have is not hidden by that.
    let from = "relationship \(link) LEFT JOIN resource \(target.alias) ON \(target.alias).id = \(link).target"
    let some = "SELECT 1 FROM \(from) WHERE \(link).source = \(place.id) AND \(way) AND \(link).target IS NOT NULL"
    let term = Term(sql: "EXISTS (\(some) AND (\(target.alias).id IS NULL OR \(inner.sql)))")
    return settled(term, at: place, for: row)
  }

  private mutating func access(to entityType: String, _ row: RowReference) throws -> Term? {
    switch entityType {
    case "user":
      // An account that sees all users sees of this one only the label.
      let others = "SELECT 1 FROM resource a WHERE a.type = \(row.alias).type AND a.internal_id IS NULL LIMIT 2"
      return Term(
        sql: "(\(row.alias).internal_id <> 0 OR \(row.alias).internal_id IS NULL AND "
          + "(SELECT count(*) FROM (\(others))) > 1)")
    case "file":
      let path = bind(.text("$.attributes.\"uri\".\"value\""))
      let document = shown("\(row.alias).document", "uri", of: row)
      let scheme = "substr(json_extract(\(document), \(path)), 1, 9) = 'public://'"
      guard let account = try snapshot.fact(.siteAccount).flatMap({ ResourceID($0) }) else { return nil }
      let link = alias("l")
      let person = "SELECT id FROM identity WHERE \(IdentityIndex.uuid()) = \(bind(.id(account)))"
      let owner = "\(link).target IN (\(person))"
      return Term(
        sql: "(\(scheme) OR EXISTS (SELECT 1 FROM relationship \(link) WHERE \(link).source = \(row.id) AND "
          + "\(links(.init(name: "uid"), link)) AND \(owner)))")
    case "comment" where row.alias != "r": return .always
    default: return nil
    }
  }
}
