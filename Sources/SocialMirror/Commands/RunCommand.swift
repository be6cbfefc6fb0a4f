import ArgumentParser
import Logging
import ServiceLifecycle
import Store
import SyncAgent
import UnixSignals

/// `run`: the daemon.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "The daemon: synchronises on its schedule and serves the local API.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let engine = try Engine(common, label: "run")
    defer { engine.shutdown() }
    let (settings, logger) = (engine.settings, engine.logger)
    let interval = settings.sync.intervalSeconds
    let serving = try await ServingServices(settings, mirror: engine.mirror, logger: logger)
    let services: [any Service] =
      serving.services + [
        ScheduleService(
          round: engine.round(
            settings.roundOfDaemon(engine.siteSettings),
            report: { event in
              if case .drifted(let drift) = event { logger.warning("\(drift)") }
            }), intervalSeconds: interval, logger: logger),
        FilesService(round: engine.files, intervalSeconds: interval, logger: logger),
        PushService(push: engine.push, logger: logger),
      ]
    try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    try engine.mirror.close()
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
