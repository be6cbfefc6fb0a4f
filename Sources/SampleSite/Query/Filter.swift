/// A condition of a filter (reference 3.2).
struct Condition: Sendable {
  enum Operator: String, Sendable {
    case equal = "="
    case different = "<>"
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case startsWith = "STARTS_WITH"
    case contains = "CONTAINS"
    case endsWith = "ENDS_WITH"
    case isIn = "IN"
    case isNotIn = "NOT IN"
    case between = "BETWEEN"
    case notBetween = "NOT BETWEEN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"
  }

  var path: FieldPath
  var comparison: Operator
  /// The values as numbers and as text; which of the two counts is decided by the column.
  var numbers: [Double]
  var texts: [FoldedText]

  init(path: FieldPath, comparison: Operator, values: [String]) {
    self.path = path
    self.comparison = comparison
    numbers = values.map(leadingNumber)
    texts = values.map(FoldedText.init)
  }

  func matches(_ row: Row, _ reader: ColumnReader) -> Bool {
    // The two columns of the keyset query, without the detour over values.
    if path.hops.isEmpty, path.leaf == .changed, !reader.community.isMultilingual {
      return matches(.number(Double(row.changed)))
    }
    if path.hops.isEmpty, path.leaf == .id { return matches(.number(Double(row.id))) }
    if comparison == .isNull { return reader.hasNull(path, of: row) }
    let values = reader.values(path, of: row)
    switch comparison {
    case .isNotNull: return !values.isEmpty
    default: return values.contains(where: matches)
    }
  }

  private func matches(_ value: ColumnValue) -> Bool {
    switch (comparison, value) {
    case (.isNull, _): false
    case (.isNotNull, _): true
    case (.startsWith, _): texts.first.map { asText(value).starts(with: $0) } ?? false
    case (.contains, _): texts.first.map { asText(value).contains($0) } ?? false
    case (.endsWith, _): texts.first.map { asText(value).ends(with: $0) } ?? false
    case (.equal, .text(let text)) where path.isString: texts.first.map { text == $0 } ?? false
    case (.different, .text(let text)) where path.isString: texts.first.map { text != $0 } ?? false
    case (_, .number(let number)): compares(number, with: numbers)
    case (_, .text(let text)): compares(text.trimmed, with: texts.map(\.trimmed))
    }
  }

  private func compares<Value: Comparable>(_ value: Value, with others: [Value]) -> Bool {
    guard let first = others.first else { return comparison == .isNotIn }
    switch comparison {
    case .equal: return value == first
    case .different: return value != first
    case .greater: return value > first
    case .greaterOrEqual: return value >= first
    case .less: return value < first
    case .lessOrEqual: return value <= first
    case .isIn: return others.contains(value)
    case .isNotIn: return !others.contains(value)
    case .between: return others.count >= 2 && isTrueBehindBounds && value >= first && value <= others[1]
    case .notBetween: return others.count >= 2 && isTrueBehindBounds && (value < first || value > others[1])
    default: return false
    }
  }

  /// What stands behind the two bounds is one more condition each.
  private var isTrueBehindBounds: Bool { numbers.dropFirst(2).allSatisfy { $0 != 0 } }

  private func asText(_ value: ColumnValue) -> FoldedText {
    switch value {
    case .text(let text): text
    case .number(let number): FoldedText(number == number.rounded() ? String(Int64(number)) : String(number))
    }
  }
}

/// Conditions joined by AND and OR.
indirect enum Filter: Sendable {
  case condition(Condition)
  case group(isOr: Bool, [Filter])

  /// The paths of all conditions.
  var paths: [FieldPath] {
    switch self {
    case .condition(let condition): [condition.path]
    case .group(_, let members): members.flatMap(\.paths)
    }
  }

  func matches(_ row: Row, _ reader: ColumnReader) -> Bool {
    switch self {
    case .condition(let condition): condition.matches(row, reader)
    case .group(true, let members): members.contains { $0.matches(row, reader) }
    case .group(false, let members): members.allSatisfy { $0.matches(row, reader) }
    }
  }
}
