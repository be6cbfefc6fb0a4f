import Synchronization

/// When the next request may go, decided from numbers alone. Nanoseconds of a clock that never goes back.
package struct PaceSchedule: Sendable, Hashable {
  /// Nanoseconds between two requests.
  package private(set) var interval: Int64
  private var free: Int64 = .min

  /// - Parameter requestsPerSecond: at most so many (`site.requestsPerSecond`), evenly spread; zero or less for no limit.
  package init(requestsPerSecond: Double) {
    interval = PaceSchedule.interval(requestsPerSecond)
  }

  /// Another rate, from the next request on.
  package mutating func change(requestsPerSecond: Double) { interval = PaceSchedule.interval(requestsPerSecond) }

  private static func interval(_ requestsPerSecond: Double) -> Int64 {
    requestsPerSecond > 0 ? Int64(min(1e9 / requestsPerSecond, 1e15)) : 0
  }

  /// Takes the next place.
  /// - Returns: nanoseconds to wait from `now` until it; places that were not used are not saved up.
  package mutating func next(now: Int64) -> Int64 {
    let start = max(now, free)
    free = start + interval
    return start - now
  }

  /// Lets nobody go before then, because the site asked for it (429, `Retry-After`). Never shortens.
  package mutating func hold(until time: Int64) { free = max(free, time) }
}

/// Keeps all workers together below the site's rate: each passes here before it sends.
package final class RequestPacer: Sendable {
  private let schedule: Mutex<PaceSchedule>
  private let now: @Sendable () -> Int64
  private let sleep: @Sendable (Int64) async throws -> Void

  /// - Parameters:
  ///   - requestsPerSecond: at most so many; zero or less for no limit.
  ///   - now: nanoseconds of a clock that never goes back.
  ///   - sleep: waits so many nanoseconds.
  package init(
    requestsPerSecond: Double,
    now: @escaping @Sendable () -> Int64 = RequestPacer.uptime,
    sleep: @escaping @Sendable (Int64) async throws -> Void = { try await Task.sleep(for: .nanoseconds($0)) }
  ) {
    schedule = Mutex(PaceSchedule(requestsPerSecond: requestsPerSecond))
    self.now = now
    self.sleep = sleep
  }

  /// Waits for this caller's turn.
  /// - Throws: `CancellationError` when the task is cancelled; its turn is lost.
  package func pass() async throws {
    try Task.checkCancellation()
    let delay = schedule.withLock { $0.next(now: now()) }
    if delay > RequestPacer.finest { try await sleep(delay) }
  }

  /// What is shorter takes longer to sleep than to wait, in nanoseconds. The place is taken all the same, so the rate holds.
  private static let finest: Int64 = 50_000

  /// Another rate, from the next request on: zero or less for no limit.
  package func change(requestsPerSecond: Double) {
    schedule.withLock { $0.change(requestsPerSecond: requestsPerSecond) }
  }

  /// Lets nobody pass for so many seconds, except those who have their turn already.
  package func hold(seconds: Double) {
    let pause = Int64(min(max(0, seconds), 86400) * 1e9)
    schedule.withLock { $0.hold(until: now() + pause) }
  }

  /// Nanoseconds since this process first asked.
  package static let uptime: @Sendable () -> Int64 = {
    let start = ContinuousClock.now
    return { Int64((ContinuousClock.now - start) / .nanoseconds(1)) }
  }()
}
