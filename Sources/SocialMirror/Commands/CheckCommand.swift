import ArgumentParser
import Reports

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
    let report = try CheckReport(ofMirrorAt: settings.path, contents: settings.filesPath, isDeep: deep)
    say(report, asJSON: json, isQuiet: common.quiet)
    if !report.isSound { throw Finished(code: .fault) }
  }
}
