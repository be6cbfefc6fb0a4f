import LocalAPI
import Logging
import ServiceLifecycle

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
          description: "the local API cannot listen on \(host): \(error); is the port taken (localAPI.port), or can "
            + "localAPI.certificateFile or localAPI.privateKeyFile not be read?")
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
