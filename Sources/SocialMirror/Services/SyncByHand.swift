import Logging
import Store
import SyncAgent

/// What `sync` does, in a process of its own or in the daemon: local changes and one round, then contents of files.
struct SyncByHand: Sendable {
  let only: OnlyTypes
  let acceptedRemovals: Set<String>
  /// Nil to leave local changes where they are.
  let push: PushRound?
  let round: SyncRound
  let files: FileRound
  let looking: FileRound.Looking
  let site: Site
  let mirror: Mirror
  let logger: Logger

  /// Checks what is named in the mirror alone: a misspelt type would be agreed to in vain.
  /// - Throws: `ConfigurationError`, a fault of the mirror.
  func check() throws {
    if acceptedRemovals.isEmpty { return }
    let known = Set(try mirror.reading.types().map(\.name))
    if let strange = acceptedRemovals.sorted().first(where: { !known.contains($0) }) {
      throw ConfigurationError(description: "--accept-removals: the mirror has no type \(strange)")
    }
  }

  /// Sends local changes and reads the site.
  /// - Returns: what was done; what ended it early is among that.
  /// - Throws: `CancellationError`.
  func pushAndPull() async throws -> SyncSteps {
    var steps = SyncSteps()
    do {
      try check()
      let began = unixNow()
      do { try await only.check(site, mirror) } catch let error as ConfigurationError { throw error } catch {
        round.noteAttempt(error, since: began)
        throw error
      }
      try await OneShot(push: push, round: round, logger: logger).run(
        pushed: { steps.push = $0 }, pulled: { steps.round = $0 })
    } catch let error as CancellationError {
      throw error
    } catch {
      steps.failure = error
    }
    return steps
  }

  /// Fetches contents of files, where nothing ended it before.
  /// - Throws: `CancellationError`.
  func fetchFiles(_ steps: inout SyncSteps) async throws {
    guard steps.failure == nil else { return }
    do { steps.files = try await files.run(looking: looking) } catch let error as CancellationError {
      throw error
    } catch {
      steps.failure = error
    }
  }

  /// Lets what is found by words be what there is now, where no daemon does so.
  /// - Throws: `CancellationError`.
  func index(_ steps: inout SyncSteps) async throws {
    guard steps.failure == nil else { return }
    do {
      try await mirror.searching.catchUp()
      while try mirror.searching.purgeStep(at: unixNow()) { try await SyncByHand.breathe() }
    } catch let error as CancellationError {
      throw error
    } catch {
      steps.failure = error
    }
  }

  private static func breathe() async throws {
    try Task.checkCancellation()
    await Task.yield()
  }
}
