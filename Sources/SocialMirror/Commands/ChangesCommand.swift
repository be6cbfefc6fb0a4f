import ArgumentParser
import JSONAPI
import Store

/// `changes`: the change feed as JSON Lines, from the file itself.
struct ChangesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "changes", abstract: "Prints what has changed, a line of JSON for each resource, in order.",
    discussion: """
      Without --since it begins with all that there is. Each line has a position: --since takes it to go on behind that line. \
      Where that is too far back, it says so and ends with 2: empty the copy, and begin with --since 0.
      """)

  @OptionGroup var common: CommonOptions

  @Option(name: .long, help: "Behind which change: the position of a line, a number, or now.")
  var since = "0"

  @Flag(name: .long, help: "Go on as changes come, until SIGINT or SIGTERM.")
  var follow = false

  @Flag(name: .long, help: "With the resources as they are.")
  var documents = false

  func run() async throws {
    let settings = try common.settings(needsSite: false)
    let mirror = try Mirror(path: settings.mirror.path, for: .looking)
    let position: FeedPosition
    if since == "now" {
      position = try mirror.feed.state().end
    } else {
      guard let given = FeedPosition(since) else {
        throw ValidationError("--since takes the position of a line, a number of a change, or now")
      }
      position = given
    }
    let site = try settings.localAPI.baseURL ?? mirror.reading.fact(.siteBaseURL) ?? ""
    let base = documents ? DocumentBase(site) : nil
    let (reader, watch) = (ResourceReader(mirror, timeLimit: .seconds(30)), try FeedWatch(mirror.feed))
    let followed = follow ? watch : nil
    do {
      _ = try await untilSignalled {
        try await ChangesCommand.print(from: position, base, reader, following: followed)
      }
    } catch let refusal as FeedRefusal {
      throw ConfigurationError(description: "\(refusal) Empty the copy, and begin with --since 0")
    }
    try mirror.close()
  }

  /// Prints page after page. Nothing of the mirror is held while it waits.
  private static func print(
    from start: FeedPosition, _ base: DocumentBase?, _ reader: ResourceReader, following watch: FeedWatch?
  ) async throws {
    var position = start
    while true {
      try Task.checkCancellation()
      let seen = try watch?.seen() ?? 0
      let page = try reader.snapshot(seeing: .everything) { snapshot in
        try snapshot.changes(FeedQuestion(after: position, documents: base))
      }
      for change in page.changes {
        var line: [UInt8] = []
        change.append(to: &line, position: page.place(behind: change))
        sayJSON(String(decoding: line, as: UTF8.self))
      }
      position = page.position
      guard page.isEnd else { continue }
      guard let watch else { return }
      _ = try await watch.wait(past: seen, for: .seconds(3_600))
    }
  }
}
