import OpenSocial

/// How the values of a path compare in the site's database.
package enum ValueClass: String, Sendable, Hashable {
  case number, time, dateTime, text, binary

  init(_ kind: TypeSchema.Kind) { self = kind == .bool || kind == .number ? .number : .text }

  /// Whether values compare as numbers.
  var isNumeric: Bool { self == .number || self == .time }

  /// The SQL of the value in the form in which the site's database has it; text is not folded.
  func stored(_ expression: String) -> String {
    switch self {
    case .time: "unixepoch(\(expression))"
    case .dateTime: "strftime('%Y-%m-%dT%H:%M:%S', \(expression))"
    case .number, .text, .binary: expression
    }
  }

  /// The SQL that compares and sorts as the site's database does.
  func comparable(_ expression: String) -> String {
    switch self {
    case .number, .time: stored(expression)
    case .dateTime, .text: "\(QueryFunctions.fold)(\(stored(expression)))"
    case .binary: "rtrim(\(expression), ' ')"
    }
  }

  /// A client's value in the form of `comparable`.
  func argument(_ value: String) -> QueryArgument {
    switch self {
    case .number, .time: Int64(value).map { .integer($0) } ?? .real(leadingNumber(value))
    case .dateTime, .text: .text(GeneralCollation.fold(value, trimmed: true))
    case .binary: .text(String(decoding: value.utf8.reversed().drop { $0 == 0x20 }.reversed(), as: UTF8.self))
    }
  }
}
