import Synchronization

/// Where those who wish for rounds, and the schedule that carries them out, meet. Whoever asks is never waited for.
package final class RoundDesk: DaemonActions {
  private typealias Asker = AsyncStream<RoundEvent>.Continuation

  private struct State {
    var queue = RoundQueue()
    /// Who listens, by the number of the round and one of their own.
    var askers: [Int: [Int: Asker]] = [:]
    var lastAsker = 0
    var since: Int64?
    var ended: Int64?
    var dueAt: Int64?
  }

  private let state = Mutex(State())
  private let bell = Bell()
  private let now: @Sendable () -> Int64

  /// So many events are kept for one who does not keep up; older ones are left out, never the last.
  private static let mostEvents = 32

  /// A desk at which nothing is wished for yet.
  /// - Parameter now: Unix seconds of this machine.
  package init(now: @escaping @Sendable () -> Int64) { self.now = now }

  // MARK: Those who ask

  /// Asks for a round, and does not wait for its end.
  package func ask(_ wish: RoundWish) async -> RoundReply {
    let place = state.withLock { $0.queue.ask(wish) }
    if place.number != nil { bell.ring() }
    return place.reply
  }

  /// What somebody hears of the round that they wished for, until it is over.
  package struct Hearing: Sendable {
    /// What is said.
    package let events: AsyncStream<RoundEvent>
    fileprivate let asker: AsyncStream<RoundEvent>.Continuation

    /// Nobody listens any more; of the round that changes nothing.
    package func hangUp() { asker.finish() }
  }

  /// Asks for a round, and hears how it goes.
  package func follow(_ wish: RoundWish) -> Hearing {
    let (events, asker) = AsyncStream.makeStream(
      of: RoundEvent.self, bufferingPolicy: .bufferingNewest(RoundDesk.mostEvents))
    let place = state.withLock { state -> RoundQueue.Place in
      let place = state.queue.ask(wish)
      asker.yield(.replied(place.reply))
      guard let number = place.number else { return place }
      state.lastAsker += 1
      let own = state.lastAsker
      state.askers[number, default: [:]][own] = asker
      asker.onTermination = { [weak self] _ in self?.forget(own, of: number) }
      return place
    }
    if place.number == nil { asker.finish() } else { bell.ring() }
    return Hearing(events: events, asker: asker)
  }

  /// Where the rounds stand.
  package var course: RoundCourse {
    get async {
      state.withLock { state -> RoundCourse in
        let waiting = state.queue.waiting.count
        guard let words = state.queue.underWay else {
          return RoundCourse(.idle(since: state.ended), nextDueAt: state.dueAt, waiting: waiting)
        }
        return RoundCourse(.underWay(since: state.since ?? now(), with: words), waiting: waiting)
      }
    }
  }

  private func forget(_ asker: Int, of number: Int) {
    state.withLock { state in
      state.askers[number]?[asker] = nil
      if state.askers[number]?.isEmpty == true { state.askers[number] = nil }
    }
  }

  // MARK: The schedule

  /// When the next round is due by the interval; nil where the site is left alone.
  package func note(dueAt time: Int64?) { state.withLock { $0.dueAt = time } }

  /// Begins the round that has waited longest; nil where none waits.
  package func begin() -> RoundQueue.Turn? {
    let time = now()
    let (turn, askers) = state.withLock { state -> (RoundQueue.Turn?, [Asker]) in
      guard let turn = state.queue.next() else { return (nil, []) }
      state.since = time
      return (turn, state.askers[turn.number].map { Array($0.values) } ?? [])
    }
    for asker in askers { asker.yield(.begun) }
    return turn
  }

  /// Begins a round that nobody wished for.
  package func beginScheduled() {
    let time = now()
    state.withLock { state in
      state.queue.beginScheduled()
      state.since = time
    }
  }

  /// The round under way has done what no other may do meanwhile: the next one may begin. Those who wished for it hear its end by `end`.
  package func leave() {
    let time = now()
    state.withLock { state in
      state.queue.leave()
      state.ended = time
    }
  }

  /// Whether somebody listens to a round.
  package func isHeard(_ turn: RoundQueue.Turn) -> Bool { state.withLock { $0.askers[turn.number] != nil } }

  /// Tells those who listen to a round how it goes.
  package func tell(_ event: RoundEvent, of turn: RoundQueue.Turn) {
    let askers = state.withLock { $0.askers[turn.number].map { Array($0.values) } ?? [] }
    for asker in askers { asker.yield(event) }
  }

  /// Tells those who listen to a round how it came out.
  package func end(_ turn: RoundQueue.Turn, _ ending: RoundEnding) {
    let askers = state.withLock { state -> [Asker] in
      defer { state.askers[turn.number] = nil }
      return state.askers[turn.number].map { Array($0.values) } ?? []
    }
    for asker in askers {
      asker.yield(.ended(ending))
      asker.finish()
    }
  }

  /// Waits until somebody wishes for a round, or so long; without an end for nil.
  /// - Throws: `CancellationError`.
  package func untilWished(atMost limit: Duration?) async throws { try await bell.wait(atMost: limit) }

  /// No round comes any more: everybody who waits hears so, and whoever asks from now on.
  /// - Parameters:
  ///   - reason: why, in a sentence without a capital or a full stop.
  ///   - code: the exit code of those who wait.
  package func close(_ reason: String, code: Int32) {
    let ending = RoundEnding(code: code, lines: [.init(.finding, reason)])
    let askers = state.withLock { state -> [Asker] in
      defer { state.askers = [:] }
      _ = state.queue.close(reason)
      return state.askers.values.flatMap { $0.values }
    }
    for asker in askers {
      asker.yield(.ended(ending))
      asker.finish()
    }
  }
}
