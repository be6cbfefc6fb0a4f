import Foundation
import JSONAPI
import Store

/// How the mirror carries out a query: statement, plan, indexes, rows and time.
package struct ExplainReport: Report {
  /// How it was carried out.
  package var explanation: QueryExplanation
  /// The type whose collection was asked for, such as `node--topic`.
  package var type: String

  /// An explanation that was made.
  package init(_ explanation: QueryExplanation, type: String) {
    self.explanation = explanation
    self.type = type
  }

  /// Carries out a query; nil where its path is no collection of the mirror.
  /// - Parameter uri: a collection's path with the query.
  /// - Throws: `QueryParameterError` in the site's words; a fault of the mirror.
  package init?(of mirror: Mirror, _ uri: RequestURI) throws {
    let reader = ResourceReader(mirror)
    guard let type = try reader.single(seeing: .everything, { try $0.type(path: uri.path) }) else { return nil }
    self.init(try reader.explain(QueryParameters(uri.query.tree), for: type), type: type.name)
  }

  /// Statement, arguments, plan and sums.
  package var lines: [String] {
    var lines = ["statement"] + explanation.sql.split(separator: "\n").map { "  \($0)" } + ["arguments"]
    lines += explanation.arguments.enumerated().map { "  ?\($0 + 1)  \(ExplainReport.text($1))" }
    lines.append("plan")
    lines += explanation.plan.map { "  \($0)" }
    lines.append("indexes used  \(ExplainReport.list(explanation.indexes))")
    lines.append("read out of documents  \(ExplainReport.list(explanation.documentPaths))")
    lines.append("rows  \(explanation.rows)")
    let limit = explanation.overdue.map { ", ended at the limit of \($0.limit)" } ?? ""
    lines.append("time  \(milliseconds) ms\(limit)")
    return lines
  }

  /// Everything.
  package var json: JSON {
    .object(
      JSONObject([
        ("type", .string(type)), ("sql", .string(explanation.sql)),
        ("arguments", .array(explanation.arguments.map(ExplainReport.value))), ("plan", .texts(explanation.plan)),
        ("indexes", .texts(explanation.indexes)), ("documentPaths", .texts(explanation.documentPaths)),
        ("rows", .integer(explanation.rows)), ("milliseconds", .number(milliseconds)),
        ("overdue", .bool(explanation.overdue != nil)),
      ]))
  }

  private var milliseconds: String { String(format: "%.1f", explanation.milliseconds) }

  private static func list(_ items: [String]) -> String { items.isEmpty ? "-" : items.joined(separator: ", ") }

  private static func text(_ argument: QueryArgument) -> String {
    switch argument {
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .text(let value): "'\(value)'"
    case .id(let value): value.description
    }
  }

  private static func value(_ argument: QueryArgument) -> JSON {
    if case .integer(let value) = argument { return .integer(value) }
    if case .text(let value) = argument { return .string(value) }
    return .string(text(argument))
  }
}
