import JSONAPI

/// A part of a compiled condition.
struct Term {
  var sql: String
  /// Whether it names few rows that an index finds, so that a query had better begin with it.
  var isDriving = false
  /// Whether it names them by their number.
  var drivesByID = false

  static let always = Term(sql: "1")
  static let never = Term(sql: "0")
}

extension QueryCompiler {
  /// The SQL that compares an expression with a condition's values.
  /// - Parameter byLike: whether equality is `LIKE`.
  mutating func comparison(
    _ expression: String, _ kind: ValueClass, _ condition: FilterCondition, byLike: Bool = false
  ) -> String {
    let values = condition.values
    let name = condition.comparison.rawValue
    if byLike, kind == .text, let value = values.first,
      condition.comparison == .equal || condition.comparison == .notEqual
    {
      let wanted = bind(.text(GeneralCollation.fold(value, trimmed: false)))
      let isAlike = "\(QueryFunctions.match)(CAST(\(expression) AS TEXT), \(wanted), 3)"
      return condition.comparison == .equal ? isAlike : "\(isAlike) = 0"
    }
    switch condition.comparison {
    case .isNull: return "\(expression) IS NULL"
    case .isNotNull: return "\(expression) IS NOT NULL"
    case .contains, .startsWith, .endsWith: return match(expression, kind, condition.comparison, values.first ?? "")
    case .in, .notIn:
      guard !values.isEmpty else { return "0" }
      let list = values.map { bind(kind.argument($0)) }.joined(separator: ", ")
      return "\(kind.comparable(expression)) \(name) (\(list))"
    case .between, .notBetween:
      guard values.count >= 2 else { return "0" }
      // What stands behind the bounds is one more condition each: a text is true as the number at its start is.
      guard values.dropFirst(2).allSatisfy({ leadingNumber($0) != 0 }) else { return "0" }
      let (low, high) = (bind(kind.argument(values[0])), bind(kind.argument(values[1])))
      return "\(kind.comparable(expression)) \(name) \(low) AND \(high)"
    case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual:
      guard let value = values.first else { return "0" }
      return "\(kind.comparable(expression)) \(name) \(bind(kind.argument(value)))"
    }
  }

  /// `LIKE`, in which nothing is padded and every character of the client stands for itself.
  private mutating func match(
    _ expression: String, _ kind: ValueClass, _ comparison: FilterOperator, _ value: String
  ) -> String {
    let mode = comparison == .contains ? 0 : comparison == .startsWith ? 1 : 2
    guard kind == .binary else {
      let wanted = bind(.text(GeneralCollation.fold(value, trimmed: false)))
      return "\(QueryFunctions.match)(CAST(\(kind.stored(expression)) AS TEXT), \(wanted), \(mode))"
    }
    guard !value.isEmpty else { return "\(expression) IS NOT NULL" }
    let wanted = bind(.text(value))
    switch comparison {
    case .startsWith: return "substr(\(expression), 1, length(\(wanted))) = \(wanted)"
    case .endsWith: return "substr(\(expression), -length(\(wanted))) = \(wanted)"
    default: return "instr(\(expression), \(wanted)) > 0"
    }
  }

  /// Compares the id of an identity, given as the SQL of its number. The case of letters does not count.
  mutating func uuid(_ id: String, _ condition: FilterCondition) -> Term {
    // Ids are compared by `LIKE` but in lists: spaces at the end count.
    if condition.comparison == .equal || condition.comparison == .notEqual, condition.values.first?.utf8.last == 0x20 {
      return condition.comparison == .equal ? .never : Term(sql: "\(id) IS NOT NULL")
    }
    switch condition.comparison {
    case .equal, .in, .notEqual, .notIn:
      guard !condition.values.isEmpty else { return .never }
      let isPositive = condition.comparison == .equal || condition.comparison == .in
      // What is no id is no resource's.
      let ids = condition.values.compactMap { value in
        var value = Substring(value)
        while value.utf8.last == 0x20 { value.removeLast() }
        return ResourceID(String(value))?.folded
      }
      if ids.isEmpty { return isPositive ? .never : Term(sql: "\(id) IS NOT NULL") }
      var ways = [
        "SELECT id FROM identity WHERE \(IdentityText.isText("uuid")) AND \(IdentityText.folded("uuid")) IN ("
          + ids.map { bind(.text($0.description)) }.joined(separator: ", ") + ")"
      ]
      let uuids = ids.filter(\.isUUID).map { bind(.id($0)) }.joined(separator: ", ")
      if !uuids.isEmpty { ways.insert("SELECT id FROM identity WHERE \(IdentityIndex.uuid()) IN (\(uuids))", at: 0) }
      let found = "(\(ways.joined(separator: " UNION ALL ")))"
      return Term(sql: "\(id) \(isPositive ? "IN" : "NOT IN") \(found)", isDriving: isPositive, drivesByID: isPositive)
    case .isNotNull: return Term(sql: "\(id) IS NOT NULL")
    case .isNull: return Term(sql: "\(id) IS NULL")
    default: return Term(sql: comparison(QueryCompiler.idText(id), .text, condition))
    }
  }

  static func idText(_ id: String) -> String {
    "(SELECT \(QueryFunctions.id)(uuid) FROM identity WHERE id = \(id))"
  }
}
