/// The operators of a filter condition, exactly as they are sent (reference 3.2).
package enum FilterOperator: String, Sendable, Hashable, CaseIterable {
  case equal = "="
  case notEqual = "<>"
  case greater = ">"
  case greaterOrEqual = ">="
  case less = "<"
  case lessOrEqual = "<="
  case startsWith = "STARTS_WITH"
  case contains = "CONTAINS"
  case endsWith = "ENDS_WITH"
  case `in` = "IN"
  case notIn = "NOT IN"
  case between = "BETWEEN"
  case notBetween = "NOT BETWEEN"
  case isNull = "IS NULL"
  case isNotNull = "IS NOT NULL"

  /// How many values an operator takes.
  package enum Arity: Sendable, Hashable {
    /// `IS NULL`, `IS NOT NULL`.
    case none
    /// One; without it the comparison is with NULL and true for no row.
    case one
    /// One; without it the empty text, which every text contains.
    case pattern
    /// `BETWEEN`, `NOT BETWEEN`: the lower and the upper bound, both included. The site takes more values, each as one more
    /// condition: true where it begins with a number that is not 0.
    case two
    /// `IN`, `NOT IN`: at least one.
    case many
  }

  /// How many values the operator takes.
  package var arity: Arity {
    switch self {
    case .isNull, .isNotNull: .none
    case .startsWith, .contains, .endsWith: .pattern
    case .between, .notBetween: .two
    case .in, .notIn: .many
    default: .one
    }
  }
}

/// One comparison of a field with values (reference 3.2). Values are strings as on the wire: booleans `1` and `0`,
/// times Unix seconds.
package struct FilterCondition: Sendable, Hashable {
  /// What is compared.
  package var path: FieldPath
  /// How.
  package var comparison: FilterOperator
  /// With what; as many as `comparison.arity` says. A condition of arity `one` without a value matches nothing.
  package var values: [String]

  /// A condition; the number of values must fit the operator.
  package init(_ path: String, _ comparison: FilterOperator = .equal, _ values: [String] = []) {
    self.path = FieldPath(path)
    self.comparison = comparison
    self.values = values
  }
}
