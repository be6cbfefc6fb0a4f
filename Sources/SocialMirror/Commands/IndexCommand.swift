import ArgumentParser
import Foundation
import JSONAPI
import Store

/// `index`: the indexes that the mirror makes by itself.
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "The indexes that the mirror makes by itself of what clients filter and sort by.",
    subcommands: [List.self, Drop.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the indexes and why they were made.")
    @OptionGroup var common: CommonOptions

    func run() throws {
      for index in try common.existingMirror().indexing.pathIndexes() {
        say(
          "\(index.type)  \(index.path)  \(index.state)  \(index.rows) values  "
            + "\(RFC3339.text(unixSeconds: index.created))  \(index.reason)")
      }
    }
  }

  struct Drop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Drops an index; it comes again when its path is used enough.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The resource type, such as node--topic.")
    var type: String
    @Argument(help: "The path, such as title or body.value.")
    var path: String

    func run() throws {
      let mirror = try common.existingMirror(for: .writing)
      guard try mirror.indexing.dropPathIndex(type: type, path: path) else {
        throw ConfigurationError(
          description: "there is no index of \(path) of \(type); `index list` shows all")
      }
    }
  }
}
