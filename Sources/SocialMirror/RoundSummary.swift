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

  /// Prints the summary, with a line a type under `-v`, and the failures on standard error.
  /// - Throws: `Finished` with the code of the first failure.
  func show(_ common: CommonOptions) throws {
    if common.verbose { for line in table { say(line) } }
    if !common.quiet { say(sentence) }
    guard let first = report.failures.first?.failure else { return }
    for part in report.failures {
      let text = "social-mirror: \(part.type): \(part.failure.map { "\($0)" } ?? "")\n"
      FileHandle.standardError.write(Data(text.utf8))
    }
    throw Finished(code: ExitCodes(first) ?? .fault)
  }

  var sentence: String {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let types = report.types.count
    let failed = report.failures.count
    return "\(report.inserted) new and \(report.updated) changed resources in \(types) types"
      + (failed > 0 ? " (\(failed) could not be read)" : "")
      + ", \(report.requests) requests, \(String(format: "%.1f", seconds)) s"
  }

  private var table: [String] {
    let width = report.types.map(\.type.count).max() ?? 0
    let head = "type".padding(toLength: width, withPad: " ", startingAt: 0) + "  requests  pages   seen  omitted"
    return [head]
      + report.types.map { part in
        part.type.padding(toLength: width, withPad: " ", startingAt: 0)
          + String(format: "  %8d  %5d  %5d  %7d", part.requests, part.pages, part.seen, part.omitted)
          + (part.failure == nil ? "" : "  failed")
      }
  }
}
