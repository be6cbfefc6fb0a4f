import Control
import Logging
import Measures
import Store
import Synchronization
import SyncAgent

/// Rounds by hand in the daemon: what `sync` does, in the schedule's turn. Contents of files take as long as they take, and hold up no
/// round: they come after the turn.
struct WishedRounds: Sendable {
  let desk: RoundDesk
  /// Makes what is to be done of a wish, by the settings in force.
  private let make: @Sendable (RoundWish, @escaping @Sendable (SyncEvent) -> Void) throws -> SyncByHand
  private let teller: RoundTeller
  private let logger: Logger
  private let measures: RoundMeasures
  private let turned: AsyncStream<Turned>
  private let turn: AsyncStream<Turned>.Continuation

  /// A round that has had its turn.
  private struct Turned: Sendable {
    let turn: RoundQueue.Turn
    let sync: SyncByHand
    let steps: SyncSteps
    let started: ContinuousClock.Instant
  }

  init(
    _ desk: RoundDesk, teller: RoundTeller, logger: Logger, measures: RoundMeasures,
    make: @escaping @Sendable (RoundWish, @escaping @Sendable (SyncEvent) -> Void) throws -> SyncByHand
  ) {
    self.desk = desk
    self.make = make
    self.teller = teller
    self.logger = logger
    self.measures = measures
    (turned, turn) = AsyncStream.makeStream(of: Turned.self, bufferingPolicy: .bufferingOldest(RoundQueue.most))
  }

  /// Does what is wanted, as far as it needs the turn.
  /// - Returns: whether the site was as it should be.
  /// - Throws: what ends the daemon, `CancellationError`.
  func carryOut(_ turn: RoundQueue.Turn) async throws -> Bool {
    let started = ContinuousClock.now
    logger.info("a round by hand begins", metadata: ["round": "\(turn.wish.words)"])
    let sync: SyncByHand
    let steps: SyncSteps
    do {
      sync = try make(turn.wish, WishProgress(desk, turn).note)
      steps = try await sync.pushAndPull()
    } catch {
      desk.leave()
      let isStopped = error is CancellationError
      desk.end(turn, isStopped ? .stopped : RoundEnding(error))
      if isStopped { throw error }
      logger.warning("a round by hand is refused", metadata: ["reason": "\(error)"])
      return false
    }
    desk.leave()
    let turned = Turned(turn: turn, sync: sync, steps: steps, started: started)
    if let refusal = steps.failure as? ConfigurationError {
      // What was named is not there: that is the asker's to know, and no round has failed.
      end(turned, steps)
      logger.warning("a round by hand is refused", metadata: ["reason": "\(refusal)"])
      return false
    }
    note(steps, took: ContinuousClock.now - started)
    guard let failure = steps.failure else {
      if case .enqueued = self.turn.yield(turned) { return true }
      let words = "contents of files are left to the daemon's own turns: too many rounds by hand wait for them"
      logger.warning("\(words)", metadata: ["round": "\(turn.wish.words)"])
      desk.tell(.notice(words), of: turn)
      end(turned, steps)
      return true
    }
    end(turned, steps)
    logger.error("\(failure)", metadata: ["round": "\(turn.wish.words)"])
    if ServiceCourse(failure) == .end { throw failure }
    return false
  }

  /// Fetches contents of files for rounds that have had their turn, until the task is cancelled.
  func fetchFiles() async throws {
    for await turned in self.turned {
      var steps = turned.steps
      do { try await turned.sync.fetchFiles(&steps) } catch {
        desk.end(turned.turn, .stopped)
        throw error
      }
      end(turned, steps)
    }
    try Task.checkCancellation()
  }

  private func end(_ turned: Turned, _ steps: SyncSteps) {
    let outcome = SyncOutcome(steps, mirror: turned.sync.mirror, elapsed: ContinuousClock.now - turned.started)
    desk.end(turned.turn, outcome.ending)
  }

  /// A round by hand may have read less than others: what the log knows of those stays.
  private func note(_ steps: SyncSteps, took duration: Duration) {
    if let push = steps.push { measures.note(push) }
    guard let report = steps.round else {
      measures.rounds.add(to: .failed)
      return measures.durations.note(duration)
    }
    measures.note(report, took: duration)
    teller.tell("Round by hand: \(RoundSummary(report, elapsed: duration).sentence)")
    var log = RoundLog()
    for line in log.lines(of: report, took: duration / .seconds(1), at: 0) { logger.write(line) }
  }
}

/// Tells those who wished for a round how far it is, a few times in a second.
final class WishProgress: Sendable {
  private struct State {
    var figures = ProgressFigures()
    var started = ContinuousClock.now
    var lastTold: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let desk: RoundDesk
  private let turn: RoundQueue.Turn

  init(_ desk: RoundDesk, _ turn: RoundQueue.Turn) {
    self.desk = desk
    self.turn = turn
  }

  /// Takes an event of the round.
  @Sendable func note(_ event: SyncEvent) {
    if case .drifted(let drift) = event { desk.tell(.notice("\(drift)"), of: turn) }
    let line = state.withLock { state -> String? in
      if case .started = event { state = State() }
      state.figures.note(event)
      let now = ContinuousClock.now
      guard now - (state.lastTold ?? state.started) >= .milliseconds(200) else { return nil }
      state.lastTold = now
      return state.figures.line(seconds: (now - state.started) / .seconds(1))
    }
    if let line { desk.tell(.progress(line), of: turn) }
  }
}
