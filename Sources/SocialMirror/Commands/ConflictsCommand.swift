import ArgumentParser
import Foundation
import JSONAPI
import Store
import SyncAgent

/// `conflicts`: changes that need a decision.
struct ConflictsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "Changes that need a decision.",
    subcommands: [List.self, Show.self, Resolve.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the conflicts that wait for a decision.")
    @OptionGroup var common: CommonOptions
    @Flag(name: .long, help: "Also those that were decided.")
    var all = false
    @Flag(name: .long, help: "One JSON document instead of lines.")
    var json = false

    func run() throws {
      let mirror = try common.existingMirror()
      let conflicts = try mirror.conflicts(open: !all)
      for row in try mirror.unreadableConflicts(open: !all) { complain(row.setAside(at: unixNow()).sentence) }
      if json { return say(JSON.array(conflicts.map { ConflictDocument($0).json }).text()) }
      if conflicts.isEmpty, !common.quiet { say("no conflicts") }
      for conflict in conflicts { say(ConflictDocument(conflict).line) }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows a conflict field by field.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The conflict's number.")
    var id: Int64
    @Flag(name: .long, help: "One JSON document, with all three versions of the resource.")
    var json = false

    func run() throws {
      guard let conflict = try common.existingMirror().conflict(id) else {
        throw ConfigurationError(description: "there is no conflict \(id); `conflicts list` shows all")
      }
      let document = ConflictDocument(conflict)
      if json { return say(document.json.text()) }
      for line in document.lines { say(line) }
    }
  }

  struct Resolve: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decides a conflict; what is to go to the site goes with the next push.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The conflict's number.")
    var id: Int64
    @Option(name: .long, help: "site, local, or a file with a resource object.")
    var take: String

    func run() throws {
      let decision: ConflictDecision =
        switch take {
        case "site": .site
        case "local": .local
        default: .document(try Resolve.document(take))
        }
      try common.existingMirror(for: .writing).resolve(id, decision, at: unixNow())
    }

    private static func document(_ path: String) throws -> JSON {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw ConfigurationError(description: "--take: \(path) cannot be read; give site, local, or a file")
      }
      do { return try JSON(parsing: data) } catch {
        throw ConfigurationError(description: "--take: \(path) is \(error)")
      }
    }
  }
}

/// A conflict as text and as JSON.
struct ConflictDocument {
  private var conflict: OutboxConflict

  init(_ conflict: OutboxConflict) {
    self.conflict = conflict
    // Who deleted something has to see what others made of it: what an older program noted does not say so.
    if conflict.kind == .changedOnSite, conflict.fields.isEmpty, let site = conflict.site {
      self.conflict.fields = OthersEdits(site, since: conflict.base).fields
    }
  }

  /// One line for lists.
  var line: String {
    let fields = conflict.fields.map(\.name).joined(separator: ",")
    return "\(conflict.id)  \(conflict.kind.rawValue)  \(conflict.type) \(conflict.uuid)  change \(conflict.change)"
      + "  \(RFC3339.text(unixSeconds: conflict.noticed))" + (fields.isEmpty ? "" : "  \(fields)")
      + (conflict.decision.map { "  decided: \($0)" } ?? "")
  }

  /// Field by field, for people.
  var lines: [String] {
    var lines = [line]
    for field in conflict.fields {
      lines.append("  \(field.name)")
      for (name, value) in [("base", field.base), ("site", field.site), ("local", field.local)] {
        lines.append("    " + name.padding(toLength: 6, withPad: " ", startingAt: 0) + shown(value, field.name))
      }
    }
    if conflict.decision == nil {
      lines.append("  decide with: social-mirror conflicts resolve \(conflict.id) --take site|local|FILE")
    }
    return lines
  }

  private func shown(_ value: JSON?, _ name: String) -> String {
    FieldValue.isSecret(name) ? "(hidden)" : value?.text() ?? "(absent)"
  }

  /// Everything, times as RFC 3339.
  var json: JSON {
    let fields = conflict.fields.map { field -> JSON in
      var object = JSONObject([("in", .string(field.group.rawValue)), ("name", .string(field.name))])
      if FieldValue.isSecret(field.name) {
        object["hidden"] = true
      } else {
        object["base"] = field.base
        object["site"] = field.site
        object["local"] = field.local
      }
      return .object(object)
    }
    return .object(
      JSONObject([
        ("id", .integer(conflict.id)), ("kind", .string(conflict.kind.rawValue)), ("type", .string(conflict.type)),
        ("uuid", .string(conflict.uuid.description)), ("change", .integer(conflict.change)),
        ("noticed", .string(RFC3339.text(unixSeconds: conflict.noticed))),
        ("consumer", conflict.author.consumer.map { .string($0) } ?? .null),
        ("account", conflict.author.account.map { .string($0) } ?? .null),
        ("fields", .array(fields)), ("base", conflict.base ?? .null), ("site", conflict.site ?? .null),
        ("local", conflict.local ?? .null), ("decision", conflict.decision.map { .string($0) } ?? .null),
        ("decided", conflict.decided.map { .string(RFC3339.text(unixSeconds: $0)) } ?? .null),
      ]))
  }
}
