import ArgumentParser
import Logging
import Reports
import Store
import SyncAgent

/// `verify`
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compares the mirror with the site, resource by resource; changes nothing, exits with 5 on differences.",
    discussion: "Another site than the mirror's is not compared: that ends with 2, as sync does.")

  @OptionGroup var common: CommonOptions

  @Option(
    name: .long, parsing: .upToNextOption, help: "Only these resource types (node--topic) or entity types (node).")
  var only: [String] = []

  @Flag(name: .long, help: "One JSON document instead of lines.")
  var json = false

  func run() async throws {
    let settings = try common.settings(needsSite: true)
    guard let siteSettings = settings.site else { return }
    let only = try OnlyTypes(only, of: siteSettings, mirror: settings.mirror.path)
    let logger = Logger(label: "verify")
    let mirror = try Mirror(path: settings.mirror.path, for: .looking)
    let connected = try ConnectedSite(siteSettings, tokenPath: settings.siteTokenPath, isLooking: true, logger: logger)
    defer { connected.shutdown() }
    var round = settings.round(siteSettings)
    round.only = only.selection
    let site = connected.site
    let verification = Verification(site: site, mirror: mirror, settings: round)
    let done = try await untilSignalled { () async throws -> VerificationReport in
      try await only.check(site, mirror)
      return try await verification.run()
    }
    guard let report = done else {
      complain("stopped by a signal: not all was compared; start it again")
      throw Finished(code: .fault)
    }
    // That nothing differs would be no finding.
    guard report.types + report.failures.count > 0 else {
      throw SyncFault.nothingToMirror(asked: round.only ?? round.entityTypes)
    }
    if json { say(VerifyReport(report), asJSON: true) } else { show(VerifyReport(report)) }
    if let failure = report.failures.first { throw failure.error }
    if !report.differences.isEmpty { throw Finished(code: .person) }
  }

  /// What could not be compared stands between the differences and the sum.
  private func show(_ report: VerifyReport) {
    for difference in report.findings { say(difference) }
    for notice in report.notices { complain(notice) }
    if !common.quiet { say(report.summary) }
  }
}
