import Logging
import ServiceLifecycle

/// Whether the daemon is alive, decided from numbers alone.
struct Liveness: Sendable, Hashable {
  /// How long one job of the engine's may take, in seconds. None takes long: pages are stored one by one, files piece by piece.
  var longestJobSeconds: Double

  /// - Parameter watchdogSeconds: how often a sign of life is due: who asks for them more often has less patience.
  init(watchdogSeconds: Double) {
    // Half of systemd's WatchdogSec=; with that at 60 it is five minutes.
    longestJobSeconds = watchdogSeconds * 10
  }

  /// Whether the engine gets on.
  func isAlive(jobSeconds: Double) -> Bool { jobSeconds <= longestJobSeconds }
}

/// Signs of life for the service manager. They end where the engine is stuck, so that the daemon is started again.
struct WatchdogService: Service {
  let notifier: ServiceNotifier
  /// For how many seconds the engine has been at one job; 0 in a process without an engine.
  var jobSeconds: @Sendable () -> Double = { 0 }
  let logger: Logger

  func run() async throws {
    let seconds = notifier.watchdogSeconds ?? 3600
    let liveness = Liveness(watchdogSeconds: seconds)
    try await cancelWhenGracefulShutdown {
      do {
        var isStuck = false
        while true {
          try await Task.sleep(for: .seconds(seconds))
          guard notifier.watchdogSeconds != nil else { continue }
          let job = jobSeconds()
          if liveness.isAlive(jobSeconds: job) {
            isStuck = false
            notifier.send("WATCHDOG=1")
          } else if !isStuck {
            isStuck = true
            notifier.tell("The engine is stuck")
            logger.critical(
              "the engine is stuck: the service manager gets no more signs of life",
              metadata: ["seconds": "\(Int(job))"])
          }
        }
      } catch is CancellationError {}
    }
  }
}
