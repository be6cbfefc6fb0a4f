import ArgumentParser
import Foundation
import JSONAPI
import Reports
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
    let mirror = try Mirror(path: settings.mirror.path, for: .looking)
    let uri = RequestURI(base: "", target: ExplainCommand.target(url))
    do {
      guard let report = try ExplainReport(of: mirror, uri) else {
        throw ConfigurationError(
          description: "\(uri.path) is no collection of the mirror; a path is like /jsonapi/node/topic")
      }
      say(report, asJSON: json)
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
