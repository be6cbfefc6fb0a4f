import ArgumentParser
import Foundation
import JSONAPI
import Store

/// `check`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Proves what is true of every mirror; reads only, exits with 1 when something is not.")

  @OptionGroup var common: CommonOptions

  @Flag(name: .long, help: "One JSON document instead of lines.")
  var json = false

  func run() throws {
    let settings = try common.settings(needsSite: false)
    let results = try Mirror.existing(at: settings.mirror.path).check()
    if json {
      let all = results.map { result -> JSON in
        .object(
          JSONObject([
            ("invariant", .string(result.name)), ("violations", .integer(Int64(result.violations))),
            ("example", result.example.map { .string($0) } ?? .null),
          ]))
      }
      say(JSON.object(JSONObject([("invariants", .array(all))])).text())
    } else {
      for result in results where !common.quiet || result.violations > 0 {
        let detail = result.example.map { "  (\(result.violations), such as \($0))" } ?? ""
        say((result.violations == 0 ? "ok      " : "VIOLATED") + "  \(result.name)\(detail)")
      }
    }
    if results.contains(where: { $0.violations > 0 }) { throw Finished(code: .fault) }
  }
}

extension Mirror {
  /// Opens a mirror that is there already.
  /// - Throws: `MirrorUnusable` where there is none.
  static func existing(at path: String) throws -> Mirror {
    guard FileManager.default.fileExists(atPath: path) else {
      throw MirrorUnusable(
        description: "there is no mirror at \(path) yet; social-mirror sync makes it, "
          + "and if there should be one, check mirror.path")
    }
    return try Mirror(path: path)
  }
}
