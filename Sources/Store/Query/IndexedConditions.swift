import JSONAPI

/// Conditions that an automatic index answers (`path_index`, `indexed_value`).
extension QueryCompiler {
  /// What stands in `indexed_value` for null: before every number and every text.
  static let null = "-9e999"
  /// A condition that more rows fulfil had better be looked up row by row, in the order of the page.
  private static let fewRows: Int64 = 5_000

  /// The automatic indexes of one path: that of each type which the path may belong to.
  struct PathIndex {
    var ids: [Int64]

    /// The SQL that names the indexes, as a condition on `path`.
    func sql(_ column: String, bind: (QueryArgument) -> String) -> String {
      let list = ids.map { bind(.integer($0)) }
      return list.count == 1 ? "\(column) = \(list[0])" : "\(column) IN (\(list.joined(separator: ", ")))"
    }
  }

  /// The indexes of a value; nil where a type with resources lacks one that has all values and compares as the path does.
  /// - Parameter holdsTexts: whether those are wanted that keep long texts.
  mutating func index(
    of value: ResolvedPath.Value, _ types: [ServedType], holdsTexts: Bool = false
  ) throws -> PathIndex? {
    guard let key = PathKey(value) else { return nil }
    var found = PathIndex(ids: [])
    for type in types {
      if let index = try snapshot.pathIndex(type: type.id, key), index.kind == ValueClass(value).rawValue,
        index.holdsTexts == holdsTexts
      {
        found.ids.append(index.id)
      } else if try snapshot.hasResources(type) {
        return nil
      }
    }
    guard !found.ids.isEmpty else { return nil }
    for type in types where !indexes.contains("\(type.name) \(key)") { indexes.append("\(type.name) \(key)") }
    return found
  }

  mutating func indexed(_ item: Item, _ row: RowReference) throws -> Term? {
    guard case .value(let value) = item.leaf else { return nil }
    guard let index = try index(of: value, item.types) else { return try textual(item, value, row) }
    let kind = ValueClass(value)
    if value.comparesByLike, let term = try alike(item, value, index, row) { return term }
    var probe = Arguments(start: 0)
    let probedPath = index.sql("v.path") { probe.bind($0) }
    guard let probed = QueryCompiler.condition(item.condition, kind, bind: { probe.bind($0) }) else { return nil }
    guard probed.isExact || !value.isList else { return nil }
    var bound = Arguments(start: arguments.count)
    let path = index.sql("v.path") { bound.bind($0) }
    guard let condition = QueryCompiler.condition(item.condition, kind, bind: { bound.bind($0) }) else { return nil }
    arguments += bound.list
    let verified =
      condition.isExact ? "" : " AND \(comparison(extracted(value, row), kind, item.condition))"
    let some = "\(row.id) IN (SELECT v.resource FROM indexed_value v WHERE \(path) AND \(condition.sql))\(verified)"
    if condition.isRange || condition.isScan {
      let found = try snapshot.count("\(probedPath) AND \(probed.sql)", probe.list, upTo: QueryCompiler.fewRows + 1)
      if found <= QueryCompiler.fewRows { return Term(sql: some, isDriving: true, drivesByID: true) }
    }
    if condition.isScan { return Term(sql: some) }
    return Term(
      sql: "EXISTS (SELECT 1 FROM indexed_value v WHERE v.resource = \(row.id) AND \(path) AND \(condition.sql))"
        + verified)
  }

  /// Equality of strings: the index keeps them without the spaces at their end, so what it finds is compared once more in the
  /// document. Nil for other operators.
  private mutating func alike(
    _ item: Item, _ value: ResolvedPath.Value, _ index: PathIndex, _ row: RowReference
  ) throws -> Term? {
    guard !value.isList, let wanted = item.condition.values.first else { return nil }
    var equal = item.condition
    equal.comparison = .equal
    switch item.condition.comparison {
    case .equal:
      var probe = Arguments(start: 0)
      let probed =
        "\(index.sql("v.path") { probe.bind($0) }) AND v.value = \(probe.bind(ValueClass.text.argument(wanted)))"
      let isFew = try snapshot.count(probed, probe.list, upTo: QueryCompiler.fewRows + 1) <= QueryCompiler.fewRows
      let path = index.sql("v.path") { bind($0) }
      let found = "\(path) AND v.value = \(bind(ValueClass.text.argument(wanted)))"
      let isAlike = comparison(extracted(value, row), .text, equal, byLike: true)
      let some =
        isFew
        ? "\(row.id) IN (SELECT v.resource FROM indexed_value v WHERE \(found))"
        : "EXISTS (SELECT 1 FROM indexed_value v WHERE v.resource = \(row.id) AND \(found))"
      return Term(sql: "(\(some) AND \(isAlike))", isDriving: isFew, drivesByID: isFew)
    case .notEqual:
      let path = index.sql("v.path") { bind($0) }
      let own = "SELECT 1 FROM indexed_value v WHERE v.resource = \(row.id) AND \(path)"
      let same = "v.value = \(bind(ValueClass.text.argument(wanted)))"
      let isAlike = comparison(extracted(value, row), .text, equal, byLike: true)
      return Term(
        sql:
          "(EXISTS (\(own) AND v.value > \(QueryCompiler.null)) AND NOT (EXISTS (\(own) AND \(same)) AND \(isAlike)))")
    default: return nil
    }
  }

  /// Arguments that are collected beside those of the query, numbered behind the first `start`.
  private struct Arguments {
    var start: Int
    var list: [QueryArgument] = []

    mutating func bind(_ argument: QueryArgument) -> String {
      list.append(argument)
      return "?\(start + list.count)"
    }
  }

  private struct Condition {
    var sql: String
    /// Whether it is one or several runs of the index.
    var isRange = false
    /// Whether all values have to be looked at.
    var isScan = false
    /// Whether what it finds is all right: else the documents of what it finds have to be looked at, too.
    var isExact = true
  }

  private static func condition(
    _ condition: FilterCondition, _ kind: ValueClass, bind: (QueryArgument) -> String
  ) -> Condition? {
    let values = condition.values
    let name = condition.comparison.rawValue
    func argument(_ value: String) -> String { bind(kind.argument(value)) }
    switch condition.comparison {
    case .isNull: return nil
    case .isNotNull: return Condition(sql: "v.value > \(null)")
    case .equal:
      return values.first.map { Condition(sql: "v.value = \(argument($0))", isRange: true) }
    case .notEqual: return values.first.map { Condition(sql: "v.value <> \(argument($0)) AND v.value > \(null)") }
    case .greater, .greaterOrEqual:
      return values.first.map { Condition(sql: "v.value \(name) \(argument($0))", isRange: true) }
    case .less, .lessOrEqual:
      return values.first.map {
        Condition(sql: "v.value \(name) \(argument($0)) AND v.value > \(null)", isRange: true)
      }
    case .in, .notIn:
      guard !values.isEmpty else { return nil }
      let list = "v.value \(name) (\(values.map(argument).joined(separator: ", ")))"
      return condition.comparison == .in
        ? Condition(sql: list, isRange: true) : Condition(sql: "\(list) AND v.value > \(null)")
    case .between, .notBetween:
      // What stands behind the bounds is looked at elsewhere.
      guard values.count == 2 else { return nil }
      let sql = "v.value \(name) \(argument(values[0])) AND \(argument(values[1]))"
      return condition.comparison == .between
        ? Condition(sql: sql, isRange: true) : Condition(sql: "\(sql) AND v.value > \(null)")
    case .startsWith, .contains, .endsWith:
      return match(condition.comparison, values.first ?? "", kind, bind)
    }
  }

  private static func match(
    _ comparison: FilterOperator, _ value: String, _ kind: ValueClass, _ bind: (QueryArgument) -> String
  ) -> Condition? {
    guard !kind.isNumeric, !value.utf8.contains(0) else { return nil }
    // Stored values lack the spaces at their end, which only these operators see: values are found by what is left of the
    // wanted text, and then compared.
    let wanted = String(decoding: value.utf8.reversed().drop { $0 == 0x20 }.reversed(), as: UTF8.self)
    let isExact = wanted.utf8.count == value.utf8.count
    let folded = kind == .binary ? wanted : GeneralCollation.fold(wanted, trimmed: false)
    if folded.isEmpty { return Condition(sql: "v.value > \(null)", isScan: !isExact, isExact: isExact) }
    switch comparison {
    case .startsWith:
      // No text has this scalar: it stands behind everything that begins so.
      return Condition(
        sql: "v.value >= \(bind(.text(folded))) AND v.value < \(bind(.text(folded + "\u{10FFFF}")))", isRange: true,
        isExact: isExact)
    case .endsWith:
      let end = bind(.text(folded))
      // A value with spaces behind it does not end so.
      return Condition(
        sql: "v.value > \(null) AND substr(v.value, -length(\(end))) = \(end)", isScan: true, isExact: false)
    default:
      return Condition(
        sql: "v.value > \(null) AND instr(v.value, \(bind(.text(folded)))) > 0", isScan: true, isExact: isExact)
    }
  }
}
