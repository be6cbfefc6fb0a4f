import ArgumentParser
import Foundation
import JSONAPI
import Reports
import Store

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
      let conflicts = try ConflictsReport(of: common.existingMirror(), open: !all, at: unixNow())
      for notice in conflicts.notices { complain(notice) }
      say(conflicts, asJSON: json, isQuiet: common.quiet)
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
      guard let conflict = try ConflictReport(id, of: common.existingMirror()) else {
        throw ConfigurationError(description: "there is no conflict \(id); `conflicts list` shows all")
      }
      say(conflict, asJSON: json)
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
      try common.existingMirror(for: .writing).outbox.resolve(id, decision, at: unixNow())
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
