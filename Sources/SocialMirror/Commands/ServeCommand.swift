import ArgumentParser
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
    try settings.localAPI.checkServing()
    let logger = Logger(label: "serve")
    let mirror = try Mirror(path: settings.mirror.path, for: .serving)
    if mirror.file.isReadOnly {
      logger.notice(
        "the mirror may not be written: it is served for reading alone", metadata: ["path": "\(mirror.file.path)"])
    }
    let serving = try await ServingServices(settings, mirror: mirror, logger: logger)
    let services =
      serving.services
      + serving.reloading(common.origin, needsSite: false, SettingsInForce(settings), logger: logger)
    try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    try mirror.close()
  }
}
