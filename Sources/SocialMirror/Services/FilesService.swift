import Logging
import ServiceLifecycle
import SyncAgent

/// Rounds over the contents of files beside the rounds of resources, so that a large file holds nothing back. It asks
/// the site only while those find the right site and account there: where they rest, it rests.
struct FilesService: Service {
  let round: FileRound
  /// An element whenever a round of resources gets on.
  let turns: AsyncStream<Void>
  /// The least time from one round's start to the next.
  let intervalSeconds: Int
  let logger: Logger
  /// How often it looks at each content on disk: that is one look at the file system for each.
  private static let lookInterval = Duration.seconds(3_600)

  func run() async throws {
    let follower = ServiceFollower(logger, rests: "Files wait", intervalSeconds: intervalSeconds)
    try await cancelWhenGracefulShutdown {
      do {
        var (tidies, wasStopped) = (true, false)
        var looked: ContinuousClock.Instant?
        for await _ in turns {
          let started = ContinuousClock.now
          let isDue = looked.map { started - $0 >= FilesService.lookInterval } ?? true
          wasStopped = try await once(
            tidies: tidies, looking: isDue ? .size : .folder, wasStopped: wasStopped, follower)
          if isDue { looked = started }
          tidies = false
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  /// - Parameter wasStopped: whether the round before ended early, so that the operator knows it.
  /// - Returns: whether this one did.
  private func once(
    tidies: Bool, looking: FileRound.Looking, wasStopped: Bool, _ follower: ServiceFollower
  ) async throws -> Bool {
    do {
      let report = try await round.run(tidies: tidies, looking: looking)
      follower.passed()
      let isStopped = report.stopped != nil
      if !report.isIdle {
        let isStrange = report.vanished > 0 || report.unreadable != nil
        logger.log(
          level: isStrange || isStopped && !wasStopped ? .warning : .info, "files",
          metadata: ["round": "\(FilesSummary(report).sentence)"])
      }
      return isStopped
    } catch let error as CancellationError {
      throw error
    } catch {
      try await follower.follow(error)
      return wasStopped
    }
  }
}
