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

  @Flag(name: .long, help: "Read the contents of files, too, and compare them with their hashes.")
  var deep = false

  @Flag(name: .long, help: "One JSON document instead of lines.")
  var json = false

  func run() throws {
    let settings = try common.settings(needsSite: false).mirror
    let path = settings.path
    var results: [InvariantResult] = []
    var damage: Damage?
    var hasLostContents = false
    do {
      let mirror = try Mirror(path: path, for: .looking)
      results = try mirror.check(isDeep: deep)
      if let soundness = results.last, soundness.violations > 0 {
        damage = Damage(
          path: path, fault: soundness.example.map { $0.split(separator: "\n").last.map(String.init) ?? $0 })
      } else {
        let contents = try mirror.check(contentsIn: BinaryFolder(path: settings.filesPath), isDeep: deep)
        hasLostContents = contents.violations > 0
        results.append(contents)
      }
    } catch let fault as MirrorFault where fault.kind == .damaged {
      damage = Damage(path: path, fault: fault.detail)
    }
    if json { say(document(results, damage).text()) } else { show(results, damage) }
    if hasLostContents, !json {
      say(
        "next: social-mirror sync --full fetches what is missing or damaged; so does the daemon, what is missing "
          + "within the hour")
    }
    if damage != nil || results.contains(where: { $0.violations > 0 }) { throw Finished(code: .fault) }
  }

  private func show(_ results: [InvariantResult], _ damage: Damage?) {
    for result in results where !common.quiet || result.violations > 0 {
      let detail = result.example.map { "  (\(result.violations), such as \($0))" } ?? ""
      say((result.violations == 0 ? "ok      " : "VIOLATED") + "  \(result.name)\(detail)")
    }
    for line in damage?.lines ?? [] { say(line) }
  }

  private func document(_ results: [InvariantResult], _ damage: Damage?) -> JSON {
    let all = results.map { result -> JSON in
      .object(
        JSONObject([
          ("invariant", .string(result.name)), ("violations", .integer(Int64(result.violations))),
          ("example", result.example.map { .string($0) } ?? .null),
        ]))
    }
    let parts = damage.map { damage -> JSON in
      .object(
        JSONObject([
          ("path", .string(damage.path)), ("fault", .string(damage.fault)),
          (
            "tables",
            .array(
              damage.tables.map { table in
                .object(
                  JSONObject([
                    ("table", .string(table.name)), ("holds", .string(table.part.rawValue)),
                    ("readable", .integer(table.rows)), ("broken", .string(table.extent.rawValue)),
                    ("fault", .string(table.fault)),
                  ]))
              })
          ), ("advice", .array(damage.advice.map { .string($0) })),
        ]))
    }
    return .object(JSONObject([("invariants", .array(all)), ("damage", parts ?? .null)]))
  }
}

extension Damage {
  /// What is lost and what to do, for people.
  var lines: [String] {
    var lines = ["DAMAGED   \(path): \(fault)"]
    for table in tables { lines.append("  \(table.name): \(table.sentence)") }
    return lines + advice.map { "next: \($0)" }
  }
}
