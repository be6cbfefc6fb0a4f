import JSONAPI
import OpenSocial

/// The order of a collection (reference 3.4).
extension QueryCompiler {
  struct Order {
    var from = "resource r"
    /// The SQL of the number of the row's resource.
    var id = "r.id"
    var conditions: [String] = []
    /// What rows are sorted by, first to last.
    var keys: [Key] = []
    /// Whether rows come in this order, so that none is looked at behind the page.
    var isGiven = false

    struct Key {
      var sql: String
      var descending: Bool
    }

    /// The keys as `ORDER BY` has them.
    var sql: String { keys.map { $0.sql + ($0.descending ? " DESC" : "") }.joined(separator: ", ") }
  }

  /// A key and where its path leads.
  struct SortPath {
    var path: ResolvedPath
    var descending: Bool
  }

  /// The keys of a sort, each once. Of a key that is given again the site keeps the place; the direction is that of the last
  /// for the numbers of a row and its revision, and for every field of a type that is kept in one table, as types without
  /// translations are; of others that of the first.
  func sortPaths(_ keys: [SortKey]) throws -> [SortPath] {
    var paths: [SortPath] = []
    guard !keys.isEmpty else { return paths }
    let isInOneTable = try snapshot.schema(of: type).map { $0.isInOneTable } ?? false
    for key in keys {
      let path = try PathResolver(snapshot: snapshot, type: type).resolve(key.path)
      try QueryBounds.check(path, key.path)
      guard let known = paths.firstIndex(where: { $0.path == path }) else {
        paths.append(SortPath(path: path, descending: key.descending))
        continue
      }
      if isInOneTable || path.isNumberOfRow { paths[known].descending = key.descending }
    }
    return paths
  }

  /// The order: as asked, then by serial number, so that pages of ties join up. Null is before everything, as in the site's
  /// database; a field with several values counts with its least, or its greatest from the greatest down.
  /// - Parameters:
  ///   - mayLead: whether an index of the first key may give the rows: not when a condition names few.
  ///   - skipsOnly: whether the rows before the page are of no interest: nothing is asked of them but to be of the type.
  mutating func order(_ keys: [SortPath], mayLead: Bool, skipsOnly: Bool) throws -> Order {
    let isDown = keys.last?.descending == true
    var order = Order()
    for (number, key) in keys.enumerated() {
      let path = key.path
      if number == 0, mayLead, path.hops.isEmpty, case .value(let value) = path.leaf, !value.isList,
        let index = try index(of: value, path.types)
      {
        order.conditions = [index.sql("v.path") { bind($0) }]
        order.keys.append(.init(sql: "v.value", descending: key.descending))
        if keys.count == 1 {
          // An index is of one type: rows that are only skipped need not be looked at.
          order.from = "indexed_value v" + (skipsOnly ? "" : " CROSS JOIN resource r ON r.id = v.resource")
          order.id = skipsOnly ? "v.resource" : "r.id"
          order.keys.append(.init(sql: "v.serial", descending: isDown))
          order.isGiven = true
          return order
        }
        order.from = "indexed_value v CROSS JOIN resource r ON r.id = v.resource"
      } else {
        let row = RowReference(id: "r.id", alias: "r")
        let sql = try expression(path.hops[...], path.leaf, path.types, row, greatest: key.descending)
        order.keys.append(.init(sql: sql, descending: key.descending))
      }
    }
    order.isGiven = order.keys.isEmpty
    order.keys.append(.init(sql: "r.internal_id", descending: isDown))
    return order
  }

  private mutating func expression(
    _ hops: ArraySlice<ResolvedPath.Hop>, _ leaf: ResolvedPath.Leaf, _ types: [ServedType], _ row: RowReference,
    greatest: Bool
  ) throws -> String {
    let function = greatest ? "max" : "min"
    if !hops.isEmpty { return try expression(along: hops, leaf, types, row, greatest: greatest) }
    switch leaf {
    case .uuid: return QueryCompiler.idText(row.id)
    case .serial: return serial(types, row)
    case .changed: return changed(row)
    case .value(let value): return try sorted(value, types, row, function)
    case .bundle: return ValueClass.text.comparable(bundle(types, row))
    case .targetID(let hop):
      let link = alias("l")
      return
        "(SELECT \(function)(\(targetNumber(link, row))) FROM relationship \(link) WHERE \(link).source = \(row.id) "
        + "AND \(links(hop, link)))"
    case .linkMeta(let hop, let name, let kind):
      let link = alias("l")
      let value = ValueClass(kind).comparable(meta(name, link, row))
      return "(SELECT \(function)(\(value)) FROM relationship \(link) WHERE \(link).source = \(row.id) AND "
        + "\(links(hop, link)))"
    case .configuration(let kind): throw QueryCompiler.configuration(kind)
    case .link, .alwaysSet, .unknown: return "NULL"
    }
  }

  /// The value at the end of relationships: the least or the greatest of all that they lead to. One query over all of them, as so
  /// many in each other would be too deep for SQLite's parser.
  private mutating func expression(
    along hops: ArraySlice<ResolvedPath.Hop>, _ leaf: ResolvedPath.Leaf, _ types: [ServedType], _ row: RowReference,
    greatest: Bool
  ) throws -> String {
    let isNarrowed = !snapshot.sight.isEverything
    var (from, conditions, source) = ([String](), [String](), row.id)
    for hop in hops {
      let link = alias("l")
      from.append("relationship \(link)")
      conditions += ["\(link).source = \(source)", links(hop, link)]
      source = "\(link).target"
      guard isNarrowed else { continue }
      // What is not shown leads nowhere.
      let seen = alias("t")
      from.append("resource \(seen)")
      conditions.append("\(seen).id = \(source)")
    }
    let target = RowReference(id: source, alias: alias("t"))
    let value = try expression([], leaf, types, target, greatest: greatest)
    if value.contains("\(target.alias).") {
      from.append("resource \(target.alias)")
      conditions.append("\(target.alias).id = \(source)")
    }
    return "(SELECT \(greatest ? "max" : "min")(\(value)) FROM \(from.joined(separator: " CROSS JOIN ")) "
      + "WHERE \(conditions.joined(separator: " AND ")))"
  }

  private mutating func sorted(
    _ value: ResolvedPath.Value, _ types: [ServedType], _ row: RowReference, _ function: String
  ) throws -> String {
    if !value.isList, let index = try index(of: value, types) {
      let path = index.sql("v.path") { bind($0) }
      return "(SELECT v.value FROM indexed_value v WHERE v.resource = \(row.id) AND \(path))"
    }
    if let delta = value.delta, delta != 0, !value.isList { return "NULL" }
    note(value, types)
    let kind = ValueClass(value)
    guard value.isList else { return kind.comparable(extracted(value, row)) }
    let element = alias("e")
    let document = shown("\(row.alias).document", value.attribute, of: row)
    let each = "json_each(\(document), \(bind(.text(value.attributePath)))) \(element)"
    let key = value.delta.map { " WHERE \(element).key = \(bind(.integer($0)))" } ?? ""
    return "(SELECT \(function)(\(kind.comparable(self.element(value, element)))) FROM \(each)\(key))"
  }
}
