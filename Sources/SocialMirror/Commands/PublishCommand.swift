import ArgumentParser
import Foundation
import Logging
import Publish
import Store

/// `publish`: a copy of the views in PostgreSQL.
struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Keeps a PostgreSQL database in step with the mirror's views, for reports.")

  @OptionGroup var common: CommonOptions

  @Option(
    name: .long,
    help: """
      Where to, such as postgres://user@host/database. A password stands in the file that publish.postgresFile names, or in ~/.pgpass: \
      all users of the machine see what stands here. (default: what publish.postgresFile says)
      """)
  var to: String?

  @Flag(name: .long, help: "Publishes what there is now and ends; else it follows the mirror.")
  var once = false

  func run() async throws {
    let settings = try common.settings(needsSite: false)
    let target = try self.target(settings.publishing)
    let logger = Logger(label: "publish")
    let mirror = try Mirror(path: settings.mirror.path, for: .writing)
    let isQuiet = common.quiet
    let isOnce = once
    let schema = settings.publishing.schema
    // It waits for disk and server, and would keep the thread that signals come on.
    let threads = EngineThreads(count: 1)
    let isDone: Bool? = try await untilSignalled {
      try await withTaskExecutorPreference(threads) { () async throws -> Bool in
        let publisher = Publisher(mirror, schema: schema, logger: logger, to: target)
        // What is wrong from the start is said at once, and ends the command.
        let report = try publisher.once()
        if !isQuiet { say(report.isIdle ? "nothing has changed" : PublishSummary(report).sentence) }
        if isOnce { return true }
        try await publisher.follow(isEnd: { ServiceCourse($0) == .end }) { report in
          if !isQuiet { say(PublishSummary(report).sentence) }
        }
        return true
      }
    }
    try mirror.close()
    if isDone == nil, isOnce { complain("stopped; what is published is as it was") }
  }

  private func target(_ settings: Settings.Publishing) throws -> @Sendable () throws -> PostgresTarget {
    let environment = ProcessInfo.processInfo.environment
    guard let to else {
      guard let path = settings.postgresFile else {
        throw ConfigurationError(
          description: "publish needs to know where to: give --to, or name a file with the connection string with "
            + "publish.postgresFile")
      }
      return { try Settings.Publishing.target(inFile: path, environment: environment) }
    }
    if to.lowercased().hasPrefix("file:") {
      throw ConfigurationError(
        description: "publish writes no files: social-mirror export writes snapshots into a folder")
    }
    guard to.hasPrefix("postgres://") || to.hasPrefix("postgresql://") else {
      throw ConfigurationError(description: "--to takes postgres://user@host/database")
    }
    let target = try PostgresTarget(to, environment: environment)
    guard !target.hasPassword else {
      throw ConfigurationError(
        description:
          "--to holds a password, which all users of the machine can see: put the connection string into a file and name "
          + "it with publish.postgresFile, or the password into ~/.pgpass; and change it")
    }
    return { target }
  }
}
