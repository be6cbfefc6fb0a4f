import Foundation
import Synchronization

/// Where secrets of clients and people are checked: slowly for who guesses, on threads of their own, and with the same work for names that
/// nobody has. Shared by all routes that take a secret; safe from any thread.
package final class SecretChecks: Sendable {
  private struct State {
    var guesses: Guesses
    var counts = SignInCounts()
    var waiting = 0
  }

  /// How many tries may sit out a delay; those beyond it are made at once: who is right is not to pay for who is not.
  private static let mostWaiting = 512

  private let state: Mutex<State>
  private let refusalDelay: Double
  private let threads: HashingThreads
  private let now: @Sendable () -> Double
  private let unixTime: @Sendable () -> Double
  private let sleep: @Sendable (Double) async throws -> Void

  /// - Parameters:
  ///   - now: seconds of a clock that never goes back.
  ///   - unixTime: for the counts.
  ///   - sleep: waits so many seconds.
  package convenience init(
    bounds: GuessBounds = .standard, now: (@Sendable () -> Double)? = nil,
    unixTime: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
    sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
  ) {
    self.init(
      bounds: bounds, threads: .shared, now: now ?? SecretChecks.clock(), unixTime: unixTime, sleep: sleep)
  }

  init(
    bounds: GuessBounds, threads: HashingThreads, now: @escaping @Sendable () -> Double,
    unixTime: @escaping @Sendable () -> Double, sleep: @escaping @Sendable (Double) async throws -> Void
  ) {
    state = Mutex(State(guesses: Guesses(bounds)))
    refusalDelay = bounds.refusalDelay
    self.threads = threads
    self.now = now
    self.unixTime = unixTime
    self.sleep = sleep
  }

  private static func clock() -> @Sendable () -> Double {
    let start = ContinuousClock.now
    return {
      let parts = (ContinuousClock.now - start).components
      return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
  }

  /// What was refused since the start of the process.
  package var counts: SignInCounts { state.withLock { $0.counts } }

  /// Looks whether a try would be refused, before any work is done for what goes before it.
  /// - Throws: `SignInRefused`, after a while; `CancellationError`.
  package func admit(_ attempt: SignInTry) async throws { _ = try await delay(of: attempt) }

  /// Whether this is the secret. Waits where wrong ones came before, then for a thread.
  /// - Parameters:
  ///   - hash: nil for a name that nobody has: the work is the same, and the answer false.
  ///   - decide: has the last word, told whether the hash fits; nil takes that.
  /// - Throws: `SignInRefused`, `CancellationError`, what `decide` throws.
  package func isRight(
    _ secret: String, _ hash: SecretHash?, of attempt: SignInTry,
    decide: (@Sendable (Bool) async throws -> Bool)? = nil
  ) async throws -> Bool {
    let delay = try await delay(of: attempt)
    if delay > 0 {
      state.withLock { $0.counts.delayed += 1 }
      try await sitOut(delay)
    }
    let stored = hash ?? .decoy
    let isKnown = hash != nil
    // Tries that came together are not all let through because none had failed when they came.
    let outcome = await threads.run(for: attempt.address) { [self] () -> Result<Bool, SignInRefused> in
      if let refusal = refusal(of: attempt) { return .failure(refusal) }
      let isRight = stored.verify(secret) && isKnown
      if decide == nil { note(attempt, isRight: isRight) }
      return .success(isRight)
    }
    guard let outcome else {
      count { $0.crowded += 1 }
      throw SignInRefused(.busy, retryAfter: 2)
    }
    let isRight: Bool
    switch outcome {
    case .success(let fits): isRight = fits
    case .failure(let refusal): throw try await slowly(refusal)
    }
    guard let decide else { return isRight }
    do {
      let isAccepted = try await decide(isRight)
      note(attempt, isRight: isAccepted)
      return isAccepted
    } catch {
      // Who is not told whether a guess was wrong has guessed all the same.
      if !isRight { note(attempt, isRight: false) }
      throw error
    }
  }

  /// Hashes a new secret, on the same threads.
  /// - Throws: `SecretHash.Failure`; `SignInRefused` where too many wait.
  package func hash(_ secret: String, for address: String) async throws -> SecretHash {
    let made = await threads.run(for: address) { () -> Result<SecretHash, any Error> in
      do { return .success(try SecretHash.make(secret)) } catch { return .failure(error) }
    }
    guard let made else { throw SignInRefused(.busy, retryAfter: 2) }
    return try made.get()
  }

  private func refusal(of attempt: SignInTry) -> SignInRefused? {
    let time = now()
    guard case .refused(let seconds) = state.withLock({ $0.guesses.verdict(attempt, at: time) }) else { return nil }
    return SignInRefused(.tooMany, retryAfter: seconds)
  }

  private func delay(of attempt: SignInTry) async throws -> Double {
    let time = now()
    switch state.withLock({ $0.guesses.verdict(attempt, at: time) }) {
    case .after(let seconds): return seconds
    case .refused(let seconds): throw try await slowly(SignInRefused(.tooMany, retryAfter: seconds))
    }
  }

  /// Counts a try that is not made; its answer takes a while.
  private func slowly(_ refusal: SignInRefused) async throws -> SignInRefused {
    count { $0.heldBack += 1 }
    try await sitOut(refusalDelay)
    return refusal
  }

  /// Waits, where not too many do already.
  private func sitOut(_ seconds: Double) async throws {
    let mayWait = state.withLock { state in
      guard state.waiting < SecretChecks.mostWaiting else { return false }
      state.waiting += 1
      return true
    }
    guard mayWait else { return }
    defer { state.withLock { $0.waiting -= 1 } }
    try await sleep(seconds)
  }

  private func note(_ attempt: SignInTry, isRight: Bool) {
    let time = now()
    state.withLock { $0.guesses.note(attempt, isRight: isRight, at: time) }
    guard !isRight else { return }
    count { counts in
      switch attempt.kind {
      case .client: counts.wrongClients += 1
      case .account: counts.wrongPasswords += 1
      }
    }
  }

  private func count(_ change: (inout SignInCounts) -> Void) {
    let time = Int64(max(0, min(unixTime(), 1e12)))
    state.withLock { state in
      change(&state.counts)
      state.counts.last = time
    }
  }
}
