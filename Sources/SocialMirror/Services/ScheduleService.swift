import Logging
import Measures
import ServiceLifecycle
import SyncAgent

/// Rounds, one after the other, at their interval. A round that fails is reported and tried again at the next, where
/// that may help (`ServiceCourse`): the local API goes on meanwhile.
struct ScheduleService: Service {
  let round: SyncRound
  /// Says when the next round is due, and with `course` how it goes.
  let inForce: SettingsInForce
  /// How a round goes by some settings; nil as `round` has it.
  let course: @Sendable (Settings) -> SyncSettings?
  let teller: RoundTeller
  let logger: Logger
  var measures = RoundMeasures()

  func run() async throws {
    let follower = ServiceFollower(
      logger, rests: "Synchronisation stops", intervalSeconds: inForce.settings.sync.intervalSeconds,
      tell: teller.tell)
    try await cancelWhenGracefulShutdown {
      do {
        var log = RoundLog()
        let began = ContinuousClock.now
        while true {
          let started = ContinuousClock.now
          try await once(follower, &log, since: began)
          try await waitForTurn(since: started)
        }
      } catch is CancellationError {}
    }
  }

  /// Waits until the next round is due, also where the interval becomes another one meanwhile.
  private func waitForTurn(since started: ContinuousClock.Instant) async throws {
    while true {
      let left = started + .seconds(inForce.settings.sync.intervalSeconds) - ContinuousClock.now
      if left <= .zero { return }
      try await Task.sleep(for: min(left, .seconds(1)))
    }
  }

  /// - Parameter began: when the first round did.
  private func once(
    _ follower: ServiceFollower, _ log: inout RoundLog, since began: ContinuousClock.Instant
  ) async throws {
    let started = ContinuousClock.now
    do {
      let settings = inForce.settings
      let report = try await (course(settings).map(self.round.by) ?? self.round).run()
      let ended = ContinuousClock.now
      follower.passed()
      measures.note(report, took: ended - started)
      teller.ended(report, at: unixNow(), intervalSeconds: settings.sync.intervalSeconds)
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
