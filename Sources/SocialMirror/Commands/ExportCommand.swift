import ArgumentParser
import Export
import Foundation
import JSONAPI
import Store

/// `export`
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a snapshot of the views for reports into a folder, with a manifest.",
    discussion: """
      The folder is made, or it is an earlier export, which the new one replaces in one step when it is whole. It shows one finished \
      round: where one is under way, its end is waited for. Without the mirror's own tables: no queue, no tokens, no secrets. Of a sight \
      it has what that shows. Parquet is written by DuckDB, as a command or a Python package. What the site removes later stays in a copy.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("The folder that is to become the export.", valueName: "dir"))
  var directory: String

  @Option(name: .long, help: "sqlite, csv, jsonl or parquet.")
  var format: ExportFormat = .sqlite

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Only these resource types (node--topic) or entity types (node), without ready reports.")
  var only: [String] = []

  @Option(name: .long, help: "What this sight of localAPI.sights shows, and nothing else.")
  var sight: String?

  @Option(name: .long, help: "How many seconds the end of a round that is under way is waited for.")
  var wait = 600

  @Flag(
    name: .long,
    help: "Take the state in the middle of a round where it did not end in that time; the manifest says so.")
  var unfinished = false

  @Option(name: .long, help: "DuckDB, or a Python that has it, by path or name; for parquet.")
  var duckdb: String?

  @Flag(name: .long, help: "Print the manifest instead of lines.")
  var json = false

  func validate() throws {
    guard (0...86_400).contains(wait) else { throw ValidationError("--wait takes from 0 to 86400 seconds") }
    if duckdb != nil, format != .parquet { throw ValidationError("--duckdb goes with --format parquet") }
  }

  func run() async throws {
    let settings = try common.settings(needsSite: false)
    let mirror = try Mirror(path: settings.mirror.path, for: .looking)
    let isQuiet = common.quiet
    let work = ExportRun(
      try order(settings), of: mirror, now: unixNow, tell: { line in if !isQuiet { complain(line) } })
    // It waits for disks, and would keep the thread that signals come on.
    let threads = EngineThreads(count: 1)
    let report = try await untilSignalled {
      try await withTaskExecutorPreference(threads) { () async throws -> ExportReport in try work.make() }
    }
    guard let report else {
      complain("stopped by a signal; nothing is left of this export")
      throw Finished(code: .fault)
    }
    for notice in report.notices { complain(notice) }
    if json {
      FileHandle.standardOutput.write(Data((TerminalText.json(report.json.text()) + "\n").utf8))
    } else if !common.quiet {
      for line in report.lines { say(line) }
    }
  }

  private func order(_ settings: Settings) throws -> ExportOrder {
    var order = ExportOrder(folder: directory, format: format, version: ProgramVersion.version)
    order.only = only
    order.wait = .seconds(wait)
    order.takesUnfinished = unfinished
    order.tool = duckdb
    order.environment = ProcessInfo.processInfo.environment
    guard let sight else { return order }
    let sights = settings.localAPI.sights
    guard let rules = sights[sight] else {
      let known = sights.keys.sorted().joined(separator: ", ")
      throw ConfigurationError(
        description: "--sight: localAPI.sights has no \(sight)"
          + (known.isEmpty ? "; it is empty" : "; it has \(known)"))
    }
    if rules.own {
      throw ConfigurationError(
        description:
          "--sight: \(sight) shows everybody their own things, and an export is nobody's; name a sight without own")
    }
    order.sight = Sight([rules])
    order.sightName = sight
    return order
  }
}

extension ExportFormat: ExpressibleByArgument {}
