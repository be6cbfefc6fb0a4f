import JSONAPI

/// Conditions that an automatic index answers (`path_index`, `indexed_value`).
extension QueryCompiler {
  /// What stands in `indexed_value` for null: before every number and every text.
  static let null = "-9e999"
  /// A condition that more rows fulfil had better be looked up row by row, in the order of the page.
  private static let fewRows: Int64 = 5_000

  /// The number of the index of a value; nil where there is none that is complete and compares as the path does.
  mutating func index(of value: ResolvedPath.Value, _ types: [ServedType]) throws -> Int64? {
    guard types.count == 1, let type = types.first, let key = PathKey(value) else { return nil }
    guard let index = try snapshot.pathIndex(type: type.id, key), index.kind == ValueClass(value).rawValue else {
      return nil
    }
    indexes.append("\(type.name) \(key)")
    return index.id
  }

  mutating func indexed(_ item: Item, _ row: RowReference) throws -> Term? {
    guard case .value(let value) = item.leaf, let index = try index(of: value, item.types) else { return nil }
    let kind = ValueClass(value)
    var probe: [QueryArgument] = [.integer(index)]
    guard
      let counted = QueryCompiler.condition(
        item.condition, kind,
        bind: {
          probe.append($0)
          return "?\(probe.count)"
        })
    else { return nil }
    let path = bind(.integer(index))
    var bound: [QueryArgument] = []
    let start = arguments.count
    let sql = QueryCompiler.condition(item.condition, kind) { argument in
      bound.append(argument)
      return "?\(start + bound.count)"
    }
    guard let sql else { return nil }
    arguments += bound
    if counted.isRange {
      let found = try snapshot.count("v.path = ?1 AND \(counted.sql)", probe, upTo: QueryCompiler.fewRows + 1)
      if found <= QueryCompiler.fewRows {
        return Term(
          sql: "\(row.id) IN (SELECT v.resource FROM indexed_value v WHERE v.path = \(path) AND \(sql.sql))",
          isDriving: true)
      }
    } else if sql.isScan {
      return Term(sql: "\(row.id) IN (SELECT v.resource FROM indexed_value v WHERE v.path = \(path) AND \(sql.sql))")
    }
    return Term(
      sql: "EXISTS (SELECT 1 FROM indexed_value v WHERE v.resource = \(row.id) AND v.path = \(path) AND \(sql.sql))")
  }

  private struct Condition {
    var sql: String
    /// Whether it is one or several runs of the index.
    var isRange = false
    /// Whether all values have to be looked at.
    var isScan = false
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
    // Stored values lack the spaces at their end, which only these operators would see.
    guard !kind.isNumeric, !value.isEmpty, !value.utf8.contains(0), value.utf8.last != 0x20 else { return nil }
    let folded = kind == .binary ? value : GeneralCollation.fold(value, trimmed: false)
    switch comparison {
    case .startsWith:
      // No text has this scalar: it stands behind everything that begins so.
      return Condition(
        sql: "v.value >= \(bind(.text(folded))) AND v.value < \(bind(.text(folded + "\u{10FFFF}")))", isRange: true)
    // A value with spaces behind it does not end so, and is not told apart here.
    case .endsWith: return nil
    default: return Condition(sql: "v.value > \(null) AND instr(v.value, \(bind(.text(folded)))) > 0", isScan: true)
    }
  }
}
