import ArgumentParser
import Foundation
import LocalAPI
import Logging
import ServiceLifecycle
import Store
import UnixSignals

/// `serve`: the local API alone.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves the mirror through the local API; never contacts the site.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings(needsSite: false)
    let logger = Logger(label: "serve")
    let mirror = try Mirror(path: settings.mirror.path, for: .serving)
    if mirror.isReadOnly {
      logger.notice(
        "the mirror may not be written: it is served for reading alone", metadata: ["path": "\(mirror.file.path)"])
    }
    let services = try await ServingServices(settings, mirror: mirror, logger: logger).services
    try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    try mirror.close()
  }
}

/// The local API as a part of a daemon: tells the service manager when it listens and when it stops.
struct LocalAPIService: Service {
  let server: LocalAPIServer
  let host: String
  let notifier: ServiceNotifier
  let logger: Logger

  func run() async throws {
    try await withGracefulShutdownHandler {
      do {
        try await server.run { port in
          logger.info("the local API listens", metadata: ["address": "\(host):\(port)"])
          notifier.send("READY=1")
        }
      } catch let error as IOFailure {
        throw error
      } catch {
        throw IOFailure(
          description: "the local API cannot listen on \(host): \(error); is the port taken? See localAPI.port")
      }
    } onGracefulShutdown: {
      notifier.send("STOPPING=1")
    }
  }
}

/// A fault of the machine in words.
struct IOFailure: Error, CustomStringConvertible {
  var description: String
}

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
