import Foundation
import LocalAPI
import Logging
import ServiceLifecycle
import Store

/// What serves a mirror, with or without an engine beside it.
struct ServingServices {
  let services: [any Service]

  init(_ settings: Settings, mirror: Mirror, logger: Logger) async throws {
    let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
    let server = try await LocalAPIServer(mirror: mirror, settings: settings.localAPISettings, logger: logger)
    services =
      [
        LocalAPIService(server: server, host: settings.localAPI.host, notifier: notifier, logger: logger),
        MirrorWatchService(mirror: mirror, logger: logger), WatchdogService(notifier: notifier),
      ]
      + (mirror.file.isReadOnly
        ? []
        : [
          EngineService(
            service: IndexService(indexing: mirror.indexing, usage: server.usage, logger: logger),
            threads: EngineThreads(count: 1)
          )
        ])
  }
}
