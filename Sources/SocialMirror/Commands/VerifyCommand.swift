import ArgumentParser
import Foundation
import JSONAPI
import Logging
import Store
import SyncAgent
import Upstream

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
    if json { say(document(report).text()) } else { show(report) }
    if let failure = report.failures.first { throw failure.error }
    if !report.differences.isEmpty { throw Finished(code: .person) }
  }

  private func show(_ report: VerificationReport) {
    for difference in report.differences { say("\(difference)") }
    for failure in report.failures {
      FileHandle.standardError.write(Data("social-mirror: \(failure.type): \(failure.error)\n".utf8))
    }
    for row in report.namedOnce { complain("not compared: \(row.sentence)") }
    guard !common.quiet else { return }
    let unread = report.failures.isEmpty ? "" : ", \(report.failures.count) types could not be read"
    let rows = report.namedOnce.isEmpty ? "" : ", \(report.namedOnce.count) resources could not be compared"
    let unusable =
      report.unusable > 0 ? ", \(report.unusable) resources that cannot be used (`status` names them)" : ""
    say(
      "\(report.compared) resources compared in \(report.types) types, \(report.differences.count) differences"
        + unread + rows + ", "
        + "\(report.requests) requests; not compared: \(VolatileMembers.names.joined(separator: ", "))" + unusable)
  }

  private func document(_ report: VerificationReport) -> JSON {
    let differences = report.differences.map { difference -> JSON in
      .object(
        JSONObject([
          ("type", .string(difference.type)), ("id", .string("\(difference.uuid)")),
          ("kind", .string(difference.kind.rawValue)), ("members", .array(difference.members.map { .string($0) })),
        ]))
    }
    return .object(
      JSONObject([
        ("types", .integer(Int64(report.types))), ("compared", .integer(Int64(report.compared))),
        ("requests", .integer(Int64(report.requests))), ("unusable", .integer(Int64(report.unusable))),
        ("differences", .array(differences)),
        (
          "failures",
          .array(
            report.failures.map {
              .object(JSONObject([("type", .string($0.type)), ("error", .string("\($0.error)"))]))
            })
        ),
        (
          "notCompared",
          .array(
            report.namedOnce.map {
              .object(
                JSONObject([
                  ("type", .string($0.type)), ("subject", .string($0.subject)), ("reason", .string($0.reason)),
                ]))
            })
        ),
        ("volatile", .array(VolatileMembers.names.map { .string($0) })),
      ]))
  }
}

extension VerificationReport {
  /// What could not be compared, each once.
  fileprivate var namedOnce: [SetAside] {
    var seen: Set<[String]> = []
    return uncompared.filter { seen.insert([$0.type, $0.subject]).inserted }
  }
}
