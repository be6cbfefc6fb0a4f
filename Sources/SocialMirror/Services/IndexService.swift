import Logging
import ServiceLifecycle
import Store

/// Makes indexes of what clients filter and sort by: takes what the reads of this process counted, and builds in small steps,
/// so that neither reads nor the engine wait long.
struct IndexService: Service {
  let indexing: Indexing
  let usage: QueryUsage
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        while true {
          try await Task.sleep(for: .seconds(10))
          do {
            try indexing.note(usage.take(), at: unixNow())
            while try indexing.buildPathIndexes() { try await Task.sleep(for: .milliseconds(20)) }
          } catch let error as CancellationError {
            throw error
          } catch {
            // Reads are as right without an index: the next turn tries again.
            logger.warning("an index could not be built", metadata: ["error": "\(error)"])
          }
        }
      } catch is CancellationError {}
    }
  }
}
