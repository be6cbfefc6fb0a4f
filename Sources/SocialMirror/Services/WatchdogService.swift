import ServiceLifecycle

/// Signs of life for the service manager.
struct WatchdogService: Service {
  let notifier: ServiceNotifier

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        while true {
          try await Task.sleep(for: .seconds(notifier.watchdogSeconds ?? 3600))
          notifier.send("WATCHDOG=1")
        }
      } catch is CancellationError {}
    }
  }
}
