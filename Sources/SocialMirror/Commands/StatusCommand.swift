import ArgumentParser
import Reports
import Store
import TokenIssuer

/// `status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows per type what the mirror holds and how current it is.")

  @OptionGroup var common: CommonOptions

  @Flag(name: .long, help: "One JSON document instead of a table.")
  var json = false

  func run() throws {
    let settings = try common.settings(needsSite: false)
    let mirror = try Mirror(path: settings.mirror.path, for: .looking)
    var report = try StatusReport(of: mirror, withIndexes: json, at: unixNow())
    report.signIns = RefusedSignIns(SignInCountsFile(path: settings.signInCountsPath).load())
    say(report, asJSON: json)
  }
}
