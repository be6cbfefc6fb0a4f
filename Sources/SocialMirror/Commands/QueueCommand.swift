import ArgumentParser
import Reports
import Store

/// `queue`: local changes on their way to the site.
struct QueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "Local changes on their way to the site.",
    subcommands: [List.self, Show.self, Retry.self, Drop.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the changes that are not over.")
    @OptionGroup var common: CommonOptions
    @Flag(name: .long, help: "One JSON document instead of lines.")
    var json = false

    func run() throws {
      let queue = try QueueReport(of: common.existingMirror(), at: unixNow())
      for notice in queue.notices { complain(notice) }
      say(queue, asJSON: json, isQuiet: common.quiet)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows a change with its values and the site's last answer.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The change's number.")
    var id: Int64
    @Flag(name: .long, help: "One JSON document instead of lines.")
    var json = false

    func run() throws {
      let mirror = try common.existingMirror()
      guard let change = try ChangeReport(id, of: mirror) else {
        if let row = try QueueReport(of: mirror, at: unixNow()).unreadable.first(where: { $0.id == id }) {
          throw ConfigurationError(description: row.thing.sentence)
        }
        throw ConfigurationError(description: "there is no change \(id); `queue list` shows all that wait")
      }
      say(change, asJSON: json)
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a change be tried at once, a refused one too.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The change's number.")
    var id: Int64

    func run() throws { try common.existingMirror(for: .writing).outbox.retry(id) }
  }

  struct Drop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a change back; prints what it was, the last that is known of it.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The change's number.")
    var id: Int64

    func run() throws {
      let mirror = try common.existingMirror(for: .writing)
      for change in try mirror.outbox.drop(id, at: unixNow()) { say(ChangeReport(change), asJSON: true) }
    }
  }
}
