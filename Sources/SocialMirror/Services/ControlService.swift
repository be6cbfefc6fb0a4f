import Control
import Logging
import ServiceLifecycle

/// The control socket as a part of the daemon. Where it cannot listen, that is said once and tried again: the daemon does its work without
/// it. It ends after those who wait have been answered.
struct ControlService: Service {
  let server: ControlServer
  let logger: Logger
  var pause = Duration.seconds(30)

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await listen() }
      group.addTask {
        do { try await gracefulShutdown() } catch { return }
        await server.drain(atMost: .seconds(2))
      }
      _ = try await group.next()
      group.cancelAll()
    }
  }

  private func listen() async {
    var isSaid = false
    while !Task.isCancelled {
      do {
        try await server.run()
      } catch {
        if !isSaid, !Task.isCancelled {
          logger.error(
            "the control socket cannot listen; the daemon goes on without it", metadata: ["reason": "\(error)"])
        }
        isSaid = true
      }
      _ = try? await Task.sleep(for: pause)
    }
  }
}
