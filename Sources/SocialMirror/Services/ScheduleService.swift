import Logging
import ServiceLifecycle
import SyncAgent

/// Rounds, one after the other, at their interval. A round that fails is reported and tried again at the next, where
/// that may help (`ServiceCourse`): the local API goes on meanwhile.
struct ScheduleService: Service {
  let round: SyncRound
  let intervalSeconds: Int
  let logger: Logger

  func run() async throws {
    let follower = ServiceFollower(logger, rests: "Synchronisation stops", intervalSeconds: intervalSeconds)
    try await cancelWhenGracefulShutdown {
      do {
        while true {
          let started = ContinuousClock.now
          try await once(follower)
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  private func once(_ follower: ServiceFollower) async throws {
    do {
      let report = try await round.run()
      follower.passed()
      logger.info(
        "round",
        metadata: [
          "new": "\(report.inserted)", "changed": "\(report.updated)", "requests": "\(report.requests)",
          "types": "\(report.types.count)", "removed": "\(report.removed)",
        ])
      for part in report.failures {
        logger.warning("\(part.failure.map { "\($0)" } ?? "")", metadata: ["type": "\(part.type)"])
      }
      for line in report.notices { logger.warning("\(line)") }
    } catch let error as CancellationError {
      throw error
    } catch {
      try await follower.follow(error)
    }
  }
}
