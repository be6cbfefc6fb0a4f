import Foundation
import Logging
import ServiceLifecycle
import Store
import SyncAgent
import Upstream

/// Carries local changes to the site as they come. What fails because of the site is reported and tried again; refused
/// credentials are not, as in the schedule of rounds.
struct PushService: Service {
  let push: PushRound
  let logger: Logger

  func run() async throws {
    let follower = PushFollower(
      push: push,
      pushed: { report in
        logger.info(
          "push",
          metadata: [
            "settled": "\(report.settled)", "conflicts": "\(report.conflicts)", "rejected": "\(report.rejected)",
            "postponed": "\(report.postponed)",
          ])
      },
      failed: { error in
        switch ExitCodes(error) {
        case .site: logger.error("\(error)")
        case .credentials:
          logger.critical("\(error). Local changes wait until the daemon is restarted; the local API goes on")
          while true { try await Task.sleep(for: .seconds(86_400)) }
        case .person, .usage:
          logger.critical("\(error)")
          while true { try await Task.sleep(for: .seconds(86_400)) }
        default: throw error
        }
      })
    try await cancelWhenGracefulShutdown {
      do { try await follower.run() } catch is CancellationError {}
    }
  }
}

/// What a push did, for people.
struct PushSummary {
  private let report: PushReport
  private let status: OutboxStatus

  init(_ report: PushReport, _ status: OutboxStatus) {
    self.report = report
    self.status = status
  }

  /// Prints what was sent and what waits; what waits for a person on standard error.
  func show(_ common: CommonOptions) {
    if !common.quiet, report.settled > 0 || status.unsettled > 0 {
      say("\(report.settled) local changes sent, \(status.unsettled) not over")
    }
    guard status.waitingForPerson > 0 else { return }
    let conflicts = status.changes[.conflict] ?? 0
    let rejected = status.changes[.rejected] ?? 0
    let text =
      "social-mirror: \(conflicts) changes in conflict (conflicts list), \(rejected) refused by the site (queue list)\n"
    FileHandle.standardError.write(Data(text.utf8))
  }
}
