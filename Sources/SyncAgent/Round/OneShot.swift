import Logging
import Store
import Synchronization

/// One synchronisation that comes to an end: local changes, then a round, then what has become due meanwhile. Nothing in the push
/// holds up the pull: after its head start the round begins beside it.
package struct OneShot: Sendable {
  private let push: PushRound?
  private let round: SyncRound
  private let headStartSeconds: Double
  private let logger: Logger

  /// - Parameters:
  ///   - push: nil to leave local changes where they are.
  ///   - headStartSeconds: how long the round waits for the push.
  package init(push: PushRound?, round: SyncRound, headStartSeconds: Double = 30, logger: Logger) {
    self.push = push
    self.round = round
    self.headStartSeconds = headStartSeconds
    self.logger = logger
  }

  /// Whether the push's turn has come.
  private final class Turn: Sendable {
    let hasCome = Atomic(false)
  }

  private enum Part: Sendable {
    case pushed(PushReport)
    case late
  }

  /// Runs it.
  /// - Parameters:
  ///   - pushed: is told what the push did, once its part is over.
  ///   - pulled: is told what the round did.
  /// - Throws: what stopped one of them as a whole. Where the push was stopped, the round is not begun, or runs to its end first.
  package func run(pushed: (PushReport) -> Void, pulled: (SyncReport) -> Void) async throws {
    guard let push else { return pulled(try await round.run()) }
    let turn = Turn()
    try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask {
        .pushed(try await push.run(isByHand: true, begins: { turn.hasCome.store(true, ordering: .relaxed) }))
      }
      group.addTask { [headStartSeconds] in
        try? await Task.sleep(for: .seconds(headStartSeconds))
        return .late
      }
      var first: PushReport?
      let started = round.now()
      let earliest: Part?
      do { earliest = try await group.next() } catch {
        // The round that was to follow is one of which nobody would hear otherwise.
        round.noteAttempt(error, since: started)
        throw error
      }
      if case .pushed(let report)? = earliest {
        first = report
        pushed(report)
      } else {
        try Task.checkCancellation()
        logger.info("the round begins beside the local changes", metadata: ["after": "\(Int(headStartSeconds)) s"])
      }
      pulled(try await round.run())
      if first == nil, !turn.hasCome.load(ordering: .relaxed) {
        // Another one of this process is at it, perhaps for hours: what is to be sent goes with that.
        logger.info("local changes go with the push that is under way")
        return group.cancelAll()
      }
      while first == nil, let part = try await group.next() {
        if case .pushed(let report) = part {
          first = report
          pushed(report)
        }
      }
      group.cancelAll()
      // What failed before the round is tried once more where its time has come; nothing is waited for.
      guard let first, first.postponed > 0, first.refusesWrites == nil else { return }
      pushed(first + (try await push.run()))
    }
  }
}
