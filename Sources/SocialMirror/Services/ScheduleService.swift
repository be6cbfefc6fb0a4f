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
    try await cancelWhenGracefulShutdown {
      do {
        while true {
          let started = ContinuousClock.now
          try await once()
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  private func once() async throws {
    do {
      let report = try await round.run()
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
      try await follow(error, logger, rests: "Synchronisation stops")
    }
  }
}
