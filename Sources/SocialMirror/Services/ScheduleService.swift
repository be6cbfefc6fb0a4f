import Logging
import Measures
import ServiceLifecycle
import SyncAgent

/// Rounds, one after the other, at their interval. A round that fails is reported and tried again at the next, where
/// that may help (`ServiceCourse`): the local API goes on meanwhile.
struct ScheduleService: Service {
  let round: SyncRound
  let intervalSeconds: Int
  let logger: Logger
  var measures = RoundMeasures()

  func run() async throws {
    let follower = ServiceFollower(logger, rests: "Synchronisation stops", intervalSeconds: intervalSeconds)
    try await cancelWhenGracefulShutdown {
      do {
        var log = RoundLog()
        let began = ContinuousClock.now
        while true {
          let started = ContinuousClock.now
          try await once(follower, &log, since: began)
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  /// - Parameter began: when the first round did.
  private func once(
    _ follower: ServiceFollower, _ log: inout RoundLog, since began: ContinuousClock.Instant
  ) async throws {
    let started = ContinuousClock.now
    do {
      let report = try await round.run()
      let ended = ContinuousClock.now
      follower.passed()
      measures.note(report, took: ended - started)
      for line in log.lines(of: report, took: (ended - started) / .seconds(1), at: (ended - began) / .seconds(1)) {
        logger.write(line)
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      log.failed()
      measures.rounds.add(to: .failed)
      measures.durations.note(ContinuousClock.now - started)
      try await follower.follow(error)
    }
  }
}

extension RoundMeasures {
  /// Notes a round that came to its end.
  fileprivate func note(_ report: SyncReport, took duration: Duration) {
    rounds.add(to: report.failures.isEmpty ? .complete : .partial)
    durations.note(duration)
    changes.add(report.inserted, to: .inserted)
    changes.add(report.updated, to: .updated)
    changes.add(report.removed, to: .removed)
  }
}
