import ArgumentParser
import Foundation
import JSONAPI
import Store

/// `explain`
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Shows how the mirror carries out a query: statement, plan, indexes, rows and time.")

  @OptionGroup var common: CommonOptions

  @Flag(name: .long, help: "One JSON document instead of text.")
  var json = false

  @Argument(help: "The URL of a collection, or its path, such as '/jsonapi/node/topic?filter[title]=Welcome'.")
  var url: String

  func run() throws {
    let settings = try common.settings(needsSite: false)
    let reader = ResourceReader(try Mirror(path: settings.mirror.path, for: .looking))
    let uri = RequestURI(base: "", target: ExplainCommand.target(url))
    guard let type = try reader.single(seeing: .everything, { try $0.type(path: uri.path) }) else {
      throw ConfigurationError(
        description: "\(uri.path) is no collection of the mirror; a path is like /jsonapi/node/topic")
    }
    do {
      let document = ExplanationDocument(
        try reader.explain(QueryParameters(uri.query.tree), for: type), type: type.name)
      if json {
        say(document.json.text())
      } else {
        for line in document.lines { say(line) }
      }
    } catch let error as QueryParameterError {
      throw ConfigurationError(description: "the query is answered with \(error.status): \(error.detail)")
    }
  }

  /// Path and query of a URL.
  private static func target(_ url: String) -> String {
    guard let scheme = url.range(of: "://") else { return url }
    return url[scheme.upperBound...].firstIndex(of: "/").map { String(url[$0...]) } ?? "/"
  }
}

/// The explanation of a query as text and as JSON.
struct ExplanationDocument {
  private let explanation: QueryExplanation
  private let type: String

  init(_ explanation: QueryExplanation, type: String) {
    self.explanation = explanation
    self.type = type
  }

  /// For people.
  var lines: [String] {
    var lines = ["statement", "  \(explanation.sql)", "arguments"]
    lines += explanation.arguments.enumerated().map { "  ?\($0 + 1)  \(ExplanationDocument.text($1))" }
    lines += ["plan"] + explanation.plan.map { "  \($0)" }
    lines.append("indexes used  \(ExplanationDocument.list(explanation.indexes))")
    lines.append("read out of documents  \(ExplanationDocument.list(explanation.documentPaths))")
    lines.append("rows  \(explanation.rows)")
    lines.append(
      "time  \(milliseconds) ms" + (explanation.overdue.map { ", ended at the limit of \($0.limit)" } ?? ""))
    return lines
  }

  /// Everything, for programs.
  var json: JSON {
    .object(
      JSONObject([
        ("type", .string(type)), ("sql", .string(explanation.sql)),
        ("arguments", .array(explanation.arguments.map(ExplanationDocument.value))),
        ("plan", .array(explanation.plan.map { .string($0) })),
        ("indexes", .array(explanation.indexes.map { .string($0) })),
        ("documentPaths", .array(explanation.documentPaths.map { .string($0) })),
        ("rows", .integer(Int64(explanation.rows))), ("milliseconds", .number(milliseconds)),
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
