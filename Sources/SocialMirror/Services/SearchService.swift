import Logging
import ServiceLifecycle
import Store

/// Keeps the index of words in step with the mirror: looks once a second whether anything has changed, takes it in in small steps, and
/// leaves the others time between them. While a type is read from its beginning, the pull has nine tenths of it.
struct SearchService: Service {
  let searching: Searching
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        while true {
          try await Task.sleep(for: .seconds(1))
          do {
            try await follow()
            try await purge()
          } catch let error as CancellationError {
            throw error
          } catch {
            // What is not in the index yet is not found, and nothing else: the next turn tries again.
            logger.warning("the index of words could not be brought up to date", metadata: ["error": "\(error)"])
            try await Task.sleep(for: .seconds(30))
          }
        }
      } catch is CancellationError {}
    }
  }

  private func follow() async throws {
    while true {
      let started = ContinuousClock.now
      guard try searching.step() else { return }
      try await rest(after: started, times: try searching.isReadingFirst() ? 9 : 1)
    }
  }

  private func purge() async throws {
    while true {
      let started = ContinuousClock.now
      guard try searching.purgeStep(at: unixNow()) else { return }
      try await rest(after: started, times: 1)
    }
  }

  private func rest(after started: ContinuousClock.Instant, times: Int) async throws {
    try await Task.sleep(for: max(.milliseconds(5), (ContinuousClock.now - started) * times))
  }
}
