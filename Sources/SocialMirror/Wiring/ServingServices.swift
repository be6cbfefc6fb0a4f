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
  let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)

  /// - Parameters:
  ///   - site: who asks the site about people whom the mirror does not know; nil for a process that never contacts it.
  ///   - engine: the threads of the engine beside it: where they are stuck, there are no more signs of life.
  init(
    _ settings: Settings, mirror: Mirror, logger: Logger, site: (any PassThroughSite)? = nil,
    engine: EngineThreads? = nil
  ) async throws {
    let server = try await LocalAPIServer(
      mirror: mirror, settings: settings.localAPISettings, logger: logger, site: site)
    let isReadOnly = mirror.file.isReadOnly
    var services: [any Service] = [
      LocalAPIService(server: server, host: settings.localAPI.host, notifier: notifier, logger: logger),
      MirrorWatchService(mirror: mirror, logger: logger),
      WatchdogService(notifier: notifier, jobSeconds: { engine?.longestJobSeconds() ?? 0 }, logger: logger),
      RefusedSignInsService(
        counts: { server.signIns }, file: isReadOnly ? nil : SignInCountsFile(path: settings.signInCountsPath),
        logger: logger),
    ]
    if !isReadOnly {
      let threads = EngineThreads(count: 1)
      let indexing: [any Service] = [
        IndexService(indexing: mirror.indexing, usage: server.usage, logger: logger),
        SearchService(searching: mirror.searching, logger: logger),
      ]
      for service in indexing { services.append(EngineService(service: service, threads: threads)) }
    }
    self.services = services
    self.server = server
  }

  /// Takes the configuration anew when it is asked to.
  func reloading(
    _ origin: ConfigurationOrigin, needsSite: Bool, _ inForce: SettingsInForce, logger: Logger,
    apply: @escaping @Sendable (Settings) -> Void = { _ in }
  ) -> [any Service] {
    // On a terminal the signal says that it was closed, and ends the process as any other.
    if isatty(STDIN_FILENO) != 0 { return [] }
    return [
      ReloadService(
        origin: origin, needsSite: needsSite, inForce: inForce, notifier: notifier, logger: logger,
        apply: { [server] settings in
          server.change(sights: settings.localAPI.sights)
          apply(settings)
        })
    ]
  }
}
