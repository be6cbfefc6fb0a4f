import Control
import Logging
import Measures
import ServiceLifecycle
import SyncAgent

/// Rounds, one after the other, at their interval and when somebody wishes for one. A round that fails is reported and tried again at the
/// next, where that may help (`ServiceCourse`): the local API goes on meanwhile.
struct ScheduleService: Service {
  let round: SyncRound
  /// Says when the next round is due, and with `course` how it goes.
  let inForce: SettingsInForce
  /// How a round goes by some settings; nil as `round` has it.
  let course: @Sendable (Settings) -> SyncSettings?
  let teller: RoundTeller
  let logger: Logger
  var measures = RoundMeasures()
  let wished: WishedRounds

  private var desk: RoundDesk { wished.desk }

  func run() async throws {
    defer { desk.close("the daemon was stopped before the round began", code: ExitCodes.fault.rawValue) }
    let follower = ServiceFollower(
      logger, rests: "Synchronisation stops",
      restsUntil: "the daemon is restarted, or social-mirror sync gets through",
      intervalSeconds: inForce.settings.sync.intervalSeconds,
      tell: teller.tell)
    try await cancelWhenGracefulShutdown {
      do {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await wished.fetchFiles() }
          group.addTask { try await rounds(follower) }
          while try await group.next() != nil {}
        }
      } catch is CancellationError {}
    }
  }

  private func rounds(_ follower: ServiceFollower) async throws {
    var log = RoundLog()
    let began = ContinuousClock.now
    while true {
      let started = ContinuousClock.now
      try await once(follower, &log, since: began)
      try await waitForTurn(since: started, follower)
    }
  }

  /// Waits until the next round is due, also where the interval becomes another one meanwhile, and carries out what is wished for until
  /// then: one wish at least, so that rounds that take longer than their interval leave room for it, and no more once the round is due.
  private func waitForTurn(since started: ContinuousClock.Instant, _ follower: ServiceFollower) async throws {
    var started = started
    while true {
      let begun = ContinuousClock.now
      let turn = desk.begin()
      if let turn, try await wished.carryOut(turn) {
        follower.passed()
        if turn.wish.readsAll { started = begun }
      }
      let left = started + .seconds(inForce.settings.sync.intervalSeconds) - ContinuousClock.now
      if left <= .zero { return }
      desk.note(dueAt: unixNow() + left.components.seconds)
      if turn == nil { try await desk.untilWished(atMost: min(left, .seconds(1))) }
    }
  }

  /// Leaves the site alone until a person wishes for a round and it comes to its end: then the site is as it should be.
  private func rest(_ follower: ServiceFollower) async throws {
    desk.note(dueAt: nil)
    while true {
      if let turn = desk.begin() {
        guard try await wished.carryOut(turn) else { continue }
        return follower.passed()
      }
      try await desk.untilWished(atMost: nil)
    }
  }

  /// - Parameter began: when the first round did.
  private func once(
    _ follower: ServiceFollower, _ log: inout RoundLog, since began: ContinuousClock.Instant
  ) async throws {
    let started = ContinuousClock.now
    desk.beginScheduled()
    do {
      defer { desk.leave() }
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
      try await follower.follow(error) { try await rest(follower) }
    }
  }
}

extension RoundMeasures {
  /// Notes a round that came to its end.
  func note(_ report: SyncReport, took duration: Duration) {
    rounds.add(to: report.failures.isEmpty ? .complete : .partial)
    durations.note(duration)
    changes.add(report.inserted, to: .inserted)
    changes.add(report.updated, to: .updated)
    changes.add(report.removed, to: .removed)
  }
}
