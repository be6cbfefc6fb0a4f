import ArgumentParser
import Foundation
import LocalAPI
import Logging
import ServiceLifecycle
import Store
import SyncAgent
import UnixSignals
import Upstream

/// `run`: the daemon.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "The daemon: synchronises on its schedule and serves the local API.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let settings = try common.settings(needsSite: true)
    guard let siteSettings = settings.site else { return }
    let logger = Logger(label: "run")
    let mirror = try Mirror(path: settings.mirror.path)
    let lock = try WriterLock(mirrorPath: settings.mirror.path)
    defer { withExtendedLifetime(lock) {} }
    let connected = try ConnectedSite(siteSettings, tokenPath: settings.siteTokenPath, logger: logger)
    defer { connected.shutdown() }
    let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
    let server = try await LocalAPIServer(mirror: mirror, settings: settings.localAPISettings, logger: logger)
    let services: [any Service] = [
      LocalAPIService(server: server, host: settings.localAPI.host, notifier: notifier, logger: logger),
      ScheduleService(
        round: SyncRound(
          site: connected.site, mirror: mirror, settings: settings.roundOfDaemon(siteSettings), logger: logger,
          now: unixNow),
        intervalSeconds: settings.sync.intervalSeconds, logger: logger),
      IndexService(mirror: mirror, usage: server.usage, logger: logger),
      FilesService(
        round: connected.fileRound(settings.mirror, mirror: mirror, concurrency: siteSettings.concurrency),
        intervalSeconds: settings.sync.intervalSeconds, logger: logger),
      PushService(push: settings.push(connected.site, mirror: mirror, logger: logger), logger: logger),
      WatchdogService(notifier: notifier),
    ]
    try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    try mirror.close()
  }
}

/// Rounds, one after the other, at their interval. A round that fails is reported and tried again at the next: the local API
/// goes on without the site. Refused credentials are not tried again: that would lock the account.
struct ScheduleService: Service {
  let round: SyncRound
  let intervalSeconds: Int
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        while true {
          let started = ContinuousClock.now
          try await once()
          try await Task.sleep(until: started + .seconds(intervalSeconds))
        }
      } catch is CancellationError {}
    }
  }

  private func once() async throws {
    do {
      let report = try await round.run()
      logger.info(
        "round",
        metadata: [
          "new": "\(report.inserted)", "changed": "\(report.updated)", "requests": "\(report.requests)",
          "types": "\(report.types.count)", "removed": "\(report.removed)",
        ])
      for part in report.failures {
        logger.warning("\(part.failure.map { "\($0)" } ?? "")", metadata: ["type": "\(part.type)"])
      }
      for line in report.notices { logger.warning("\(line)") }
    } catch let error as CancellationError {
      throw error
    } catch {
      switch ExitCodes(error) {
      case .site: logger.error("\(error)")
      case .credentials:
        logger.critical("\(error). Synchronisation stops until the daemon is restarted; the local API goes on")
        while true { try await Task.sleep(for: .seconds(86_400)) }
      default: throw error
      }
    }
  }
}
