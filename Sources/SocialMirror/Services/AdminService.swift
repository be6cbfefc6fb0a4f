import Admin
import Logging
import ServiceLifecycle

/// The admin port as a part of the daemon. Where it cannot listen, that is said once and tried again: the daemon does its work without it.
struct AdminService: Service {
  let server: AdminServer
  let settings: AdminSettings
  let logger: Logger
  var pause = Duration.seconds(30)

  func run() async throws {
    if !Loopback.isNamed(settings.host) {
      logger.warning(
        "the admin port is reached from other machines, without TLS: see admin.host",
        metadata: ["host": "\(settings.host)"])
    }
    var isSaid = false
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        try await server.run { port in
          logger.info("the admin port listens", metadata: ["host": "\(settings.host)", "port": "\(port)"])
        }
      } catch {
        if !isSaid, !Task.isCancelled {
          logger.error(
            "the admin port cannot listen; it is tried again. Is the port taken? See admin.port",
            metadata: ["host": "\(settings.host)", "port": "\(settings.port)", "reason": "\(error)"])
        }
        isSaid = true
      }
      _ = try? await cancelWhenGracefulShutdown { [pause] in try await Task.sleep(for: pause) }
    }
  }
}
