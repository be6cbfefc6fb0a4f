import Logging
import Measures
import ServiceLifecycle
import SyncAgent

/// Carries local changes to the site as they come. What fails is reported and tried again, where that may help
/// (`ServiceCourse`).
struct PushService: Service {
  let push: PushRound
  let logger: Logger
  var measures = RoundMeasures()

  func run() async throws {
    // It tries again after a minute at most.
    let course = ServiceFollower(logger, rests: "Local changes wait", intervalSeconds: 60)
    let follower = PushFollower(
      push: push,
      pushed: { report in
        course.passed()
        measures.note(report)
        logger.info(
          "push",
          metadata: [
            "settled": "\(report.settled)", "conflicts": "\(report.conflicts)", "rejected": "\(report.rejected)",
            "postponed": "\(report.postponed)",
          ])
      },
      failed: { error in
        try await course.follow(error)
      })
    try await cancelWhenGracefulShutdown {
      do { try await follower.run() } catch is CancellationError {}
    }
  }
}

extension RoundMeasures {
  /// Notes a push that came to its end.
  func note(_ report: PushReport) {
    pushed.add(report.settled, to: .settled)
    pushed.add(report.conflicts, to: .conflict)
    pushed.add(report.rejected, to: .rejected)
    pushed.add(report.postponed, to: .postponed)
  }
}
