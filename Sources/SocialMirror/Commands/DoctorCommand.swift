import Admin
import ArgumentParser
import Foundation
import LocalAPI
import Logging
import Reports
import Store
import SyncAgent

/// `doctor`
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Looks at the site, the account, this machine and the mirror, and says what to do before they are relied on.",
    discussion: """
      It signs in anew, reads a page or two of each type, and changes nothing on the site. Of the site's refusals one is noted as by \
      sync, so that the account is not locked. It exits with 0 when nothing has to be done, with 5 when a mirror can be kept and a \
      person should look, with 3 when the site could not be reached or did not answer sensibly, with 4 when it refused the \
      credentials, with 1 for a fault of this machine, with 2 for one of the configuration.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(name: .long, help: "One JSON document instead of lines.")
  var json = false

  func run() async throws {
    let settings = try common.settings(needsSite: true)
    guard let siteSettings = settings.site else { return }
    let logger = Logger(label: "doctor")
    let machine = MachineExamination(
      mirrorPath: settings.mirror.path, filesPath: settings.mirror.filesPath,
      secrets: [settings.siteTokenPath, settings.localAPISettings.signingKeyPath],
      configuration: try secretConfiguration(),
      ports: [
        (key: "localAPI", host: settings.localAPI.host, number: settings.localAPI.port),
        (key: "admin", host: settings.admin.host, number: settings.admin.port),
      ]
    ).run()
    let isThere = FileManager.default.fileExists(atPath: settings.mirror.path)
    let state = MirrorState(
      ofMirrorAt: settings.mirror.path, isThere: isThere, contents: settings.mirror.filesPath)
    // One that cannot be opened is a finding; the site is looked at all the same.
    let mirror: Mirror? = if isThere { try? Mirror(path: settings.mirror.path, for: .looking) } else { nil }
    let connected = try ConnectedSite(
      siteSettings, tokenPath: settings.siteTokenPath, isLooking: true, isTrial: true, logger: logger)
    defer { connected.shutdown() }
    let examination = SiteExamination(
      site: connected.site, mirror: mirror, settings: settings.round(siteSettings), now: unixNow)
    let done = try await untilSignalled { () async throws -> SiteEvidence in try await examination.run() }
    guard let site = done else {
      complain("stopped by a signal: not all was looked at; start it again")
      throw Finished(code: .fault)
    }
    let report = DoctorReport(site: site, machine: machine, mirror: state)
    say(report, asJSON: json, isQuiet: common.quiet)
    let code = ExitCodes(report.outcome)
    if code != .done { throw Finished(code: code) }
  }

  /// The configuration's file, where a secret stands in it itself.
  private func secretConfiguration() throws -> String? {
    let file = try ConfigurationFile(path: common.config, environment: ProcessInfo.processInfo.environment)
    let secrets = ["site.auth.clientSecret", "site.auth.password", "site.auth.refreshToken"]
    return secrets.contains { file.values[$0] != nil } ? file.name : nil
  }
}

extension ExitCodes {
  /// The code for what was found.
  fileprivate init(_ outcome: DoctorReport.Outcome) {
    self =
      switch outcome {
      case .fine: .done
      case .configuration: .usage
      case .machine: .fault
      case .credentials: .credentials
      case .site: .site
      case .person: .person
      }
  }
}
