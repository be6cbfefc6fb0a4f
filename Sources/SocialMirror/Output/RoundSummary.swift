import Control
import Foundation
import SyncAgent

/// What a round did, for people.
struct RoundSummary {
  private let report: SyncReport
  private let elapsed: Duration

  init(_ report: SyncReport, elapsed: Duration) {
    self.report = report
    self.elapsed = elapsed
  }

  /// The summary, a line a type as details, and as findings the failures and what waits for a person.
  var lines: [RoundEnding.Line] {
    var lines = table.map { RoundEnding.Line(.detail, $0) }
    lines.append(.init(.summary, sentence))
    let failures = report.failures.map { "\($0.type): \($0.failure.map { "\($0)" } ?? "")" }
    for text in failures + report.notices { lines.append(.init(.finding, text)) }
    return lines
  }

  var sentence: String {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let types = report.types.count
    let failed = report.failures.count
    return "\(report.inserted) new and \(report.updated) changed resources in \(types) types"
      + (report.removed > 0 ? ", \(report.removed) removed" : "")
      + (failed > 0 ? " (\(failed) could not be read)" : "")
      + ", \(report.requests) requests, \(String(format: "%.1f", seconds)) s"
  }

  /// A line for each type that was read, then one for each that was swept.
  private var table: [String] {
    let width = max(report.types.map(\.type.count).max() ?? 0, 4)
    func line(_ name: String, _ figures: String) -> String {
      name.padding(toLength: width, withPad: " ", startingAt: 0) + figures
    }
    func line(
      _ type: String, _ requests: Int, _ bytes: Int, _ pages: Int, _ seen: Int, _ last: Int, _ failure: (any Error)?
    ) -> String {
      let figures = String(format: "  %8d  %11d  %6d  %8d  %7d", requests, bytes, pages, seen, last)
      return line(type, figures + (failure == nil ? "" : "  failed"))
    }
    let head = "  requests        bytes   pages      seen  "
    let pulls = report.types.map { line($0.type, $0.requests, $0.bytes, $0.pages, $0.seen, $0.omitted, $0.failure) }
    let sweeps = report.sweeps.map { line($0.type, $0.requests, $0.bytes, $0.pages, $0.seen, $0.removed, $0.failure) }
    return [line("type", head + "omitted")] + pulls + (sweeps.isEmpty ? [] : [line("swept", head + "removed")] + sweeps)
  }
}

extension SyncReport {
  /// The code for the types that could not be read or swept; nil when all could. What waits for a person comes last: that code
  /// says that all else is done.
  var failureCode: ExitCodes? {
    let all = failures.compactMap(\.failure) + sweeps.compactMap(\.failure)
    let codes = all.map { ExitCodes($0) ?? .fault }
    return codes.first { $0 != .person } ?? codes.first
  }

  /// What an operator should know besides failed types, a line each.
  var notices: [String] {
    vanishedTypes.map {
      "the site no longer names the type \($0); nothing of it was removed. If it is gone for good: "
        + "social-mirror sync --accept-removals \($0)"
    } + held.map(\.description)
      + sweeps.filter { $0.failure != nil }.map { "sweep of \($0.type): \($0.failure.map { "\($0)" } ?? "")" }
  }
}
