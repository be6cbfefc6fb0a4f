import Foundation
import LocalAPI
import Logging
import ServiceLifecycle
import Store
import TokenIssuer

/// What serves a mirror, with or without an engine beside it.
struct ServingServices {
  let services: [any Service]
  let server: LocalAPIServer

  /// - Parameter site: who asks the site about people whom the mirror does not know; nil for a process that never contacts it.
  init(
    _ settings: Settings, mirror: Mirror, logger: Logger, site: (any PassThroughSite)? = nil
  ) async throws {
    let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
    let server = try await LocalAPIServer(
      mirror: mirror, settings: settings.localAPISettings, logger: logger, site: site)
    let isReadOnly = mirror.file.isReadOnly
    var services: [any Service] = [
      LocalAPIService(server: server, host: settings.localAPI.host, notifier: notifier, logger: logger),
      MirrorWatchService(mirror: mirror, logger: logger), WatchdogService(notifier: notifier),
      RefusedSignInsService(
        counts: { server.signIns }, file: isReadOnly ? nil : SignInCountsFile(path: settings.signInCountsPath),
        logger: logger),
    ]
    if !isReadOnly {
      services.append(
        EngineService(
          service: IndexService(indexing: mirror.indexing, usage: server.usage, logger: logger),
          threads: EngineThreads(count: 1)))
    }
    self.services = services
    self.server = server
  }
}
