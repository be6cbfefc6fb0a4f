import JSONAPI
import OpenSocial

/// Conditions behind relationships, and on fields with several values: those that share a way share its rows.
extension QueryCompiler {
  private enum Way: Hashable {
    case own(Int)
    case hop(name: String, delta: Int64?, entityType: String?)
    case list(attribute: String, delta: Int64?)
  }

  /// The terms for conditions of which all must hold.
  mutating func all(_ items: [Item], _ row: RowReference) throws -> [Term] {
    var order: [Way] = []
    var groups: [Way: [Item]] = [:]
    for (number, item) in items.enumerated() {
      let way = QueryCompiler.way(item, number)
      if groups[way] == nil { order.append(way) }
      groups[way, default: []].append(item)
    }
    return try order.map { way in
      let items = groups[way] ?? []
      switch way {
      case .own: return try own(items[0], row)
      case .hop(let name, let delta, let entityType):
        let place = place(for: row)
        let term = try follow(.init(name: name, delta: delta, entityType: entityType), items, place)
        return settled(term, at: place, for: row)
      case .list: return try elements(items, row)
      }
    }
  }

  private static func way(_ item: Item, _ number: Int) -> Way {
    if let hop = item.hops.first { return .hop(name: hop.name, delta: hop.delta, entityType: hop.entityType) }
    switch item.leaf {
    case .link(let hop), .targetID(let hop), .linkMeta(let hop, _, _):
      return .hop(name: hop.name, delta: hop.delta, entityType: nil)
    case .value(let value) where value.isList: return .list(attribute: value.attribute, delta: value.delta)
    default: return .own(number)
    }
  }

  /// The rows of a relationship that a hop means.
  mutating func links(_ hop: ResolvedPath.Hop, _ link: String) -> String {
    var condition = "\(link).field = (SELECT id FROM field WHERE name = \(bind(.text(hop.name))))"
    if let delta = hop.delta { condition += " AND \(link).delta = \(bind(.integer(delta)))" }
    if let entityType = hop.entityType {
      let name = bind(.text(entityType))
      condition +=
        " AND \(link).target_type IN (SELECT id FROM resource_type WHERE name = \(name) OR entity_type = \(name))"
    }
    return condition
  }

  private mutating func follow(_ hop: ResolvedPath.Hop, _ items: [Item], _ row: RowReference) throws -> Term {
    let link = alias("l")
    let target = target(of: link, behind: row)
    var conditions = [Term(sql: links(hop, link))]
    var isOnRow = false
    for item in items where item.hops.isEmpty {
      switch item.leaf {
      case .targetID:
        isOnRow = true
        conditions.append(Term(sql: comparison(targetNumber(link, row), .number, item.condition)))
      case .linkMeta(_, let name, let kind):
        isOnRow = true
        let value = meta(name, link, row)
        conditions.append(Term(sql: comparison(value, ValueClass(kind), item.condition)))
      default: break
      }
    }
    let behind = items.filter { !$0.hops.isEmpty }.map { item in
      var item = item
      item.hops = item.hops.dropFirst()
      return item
    }
    conditions += try all(behind, target)
    let filter = conditions.map(\.sql).joined(separator: " AND ")
    var from = "relationship \(link)"
    if filter.contains("\(target.alias).") {
      from += " JOIN resource \(target.alias) ON \(target.alias).id = \(link).target"
    }
    if !isOnRow, conditions.contains(where: \.isDriving) {
      return Term(
        sql: "\(row.id) IN (SELECT \(link).source FROM \(from) WHERE \(filter))", isDriving: true, drivesByID: true)
    }
    return Term(sql: "EXISTS (SELECT 1 FROM \(from) WHERE \(link).source = \(row.id) AND \(filter))")
  }

  /// What a row of `relationship` leads to.
  mutating func target(of link: String, behind row: RowReference) -> RowReference {
    RowReference(id: "\(link).target", alias: alias("t"), nesting: row.nesting + Nesting.relationship)
  }

  /// The serial number of a relationship's target. The target may be closed to the account, or not there: its number stands in
  /// the identifier as well. A root term has a parent of the number 0.
  mutating func targetNumber(_ link: String, _ row: RowReference) -> String {
    let stored = "(SELECT internal_id FROM resource WHERE id = \(link).target)"
    let written = meta(ResourceIdentifier.targetNumber, link, row)
    let isVirtual = "\(link).target IS NULL AND \(identifier(".id", link, row)) = 'virtual'"
    return "coalesce(\(stored), \(written), CASE WHEN \(isVirtual) THEN 0 END)"
  }

  /// A member of the `meta` of the identifier that a relationship row stands for, read in the source's document.
  mutating func meta(_ name: String, _ link: String, _ row: RowReference) -> String {
    identifier(".meta.\(PathKey.quoted(name))", link, row)
  }

  private mutating func identifier(_ path: String, _ link: String, _ row: RowReference) -> String {
    let field = "(SELECT name FROM field WHERE id = \(link).field)"
    let data = "'$.relationships.\"' || \(field) || '\".data'"
    let element =
      "CASE json_type(\(row.alias).document, \(data)) WHEN 'array' THEN '[' || \(link).delta || ']' ELSE '' END"
    let member = bind(.text(path))
    return "json_extract(\(row.alias).document, \(data) || \(element) || \(member))"
  }

  private mutating func elements(_ items: [Item], _ row: RowReference) throws -> Term {
    if items.count == 1, let term = try indexed(items[0], row) { return term }
    let element = alias("e")
    var conditions: [String] = []
    var attribute = ""
    var document = "\(row.alias).document"
    for item in items {
      guard case .value(let value) = item.leaf else { continue }
      note(value, item.types)
      if attribute.isEmpty { document = shown(document, value.attribute, of: row) }
      attribute = value.attributePath
      if conditions.isEmpty, let delta = value.delta { conditions.append("\(element).key = \(bind(.integer(delta)))") }
      conditions.append(
        comparison(
          self.element(value, element), ValueClass(value), item.condition, byLike: value.comparesByLike))
    }
    let each = "json_each(\(document), \(bind(.text(attribute)))) \(element)"
    return Term(sql: "EXISTS (SELECT 1 FROM \(each) WHERE \(conditions.joined(separator: " AND ")))")
  }

  /// The SQL of what a path means in one element of a list.
  mutating func element(_ value: ResolvedPath.Value, _ element: String) -> String {
    value.property.isEmpty
      ? "\(element).value"
      : "CASE \(element).type WHEN 'object' THEN json_extract(\(element).value, "
        + "\(bind(.text("$" + value.propertyPath)))) END"
  }

  /// A path without a value: no target, no element, or null. Rows without the relationship count (reference 3.2).
  mutating func isNull(_ item: Item, _ row: RowReference) throws -> Term {
    guard let hop = item.hops.first else {
      if case .unknown = item.leaf { return .always }
      if case .configuration(let kind) = item.leaf { throw QueryCompiler.configuration(kind) }
      var filled = item
      filled.condition.comparison = .isNotNull
      return Term(sql: "NOT (\(QueryCompiler.all(try all([filled], row)).sql))")
    }
    let place = place(for: row)
    return settled(try isNull(behind: hop, item, place), at: place, for: row)
  }

  private mutating func isNull(behind hop: ResolvedPath.Hop, _ item: Item, _ row: RowReference) throws -> Term {
    let link = alias("l")
    let target = target(of: link, behind: row)
    var rest = item
    rest.hops = item.hops.dropFirst()
    let none =
      "NOT EXISTS (SELECT 1 FROM relationship \(link) WHERE \(link).source = \(row.id) AND \(links(hop, link)))"
    if rest.hops.isEmpty, rest.leaf == .uuid {
      return Term(
        sql: "(\(none) OR EXISTS (SELECT 1 FROM relationship \(link) WHERE \(link).source = \(row.id) AND "
          + "\(links(hop, link)) AND \(link).target IS NULL))")
    }
    let from = "relationship \(link) LEFT JOIN resource \(target.alias) ON \(target.alias).id = \(link).target"
    let some = "\(link).source = \(row.id) AND \(links(hop, link))"
    return Term(
      sql: "(\(none) OR EXISTS (SELECT 1 FROM \(from) WHERE \(some) AND "
        + "(\(target.alias).id IS NULL OR \(try isNull(rest, target).sql))))")
  }
}
