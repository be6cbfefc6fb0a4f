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
    let (siteSettings, said) = (engine.siteSettings, SaidOnce())
    let (fileTurns, fileTurn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let engineServices: [any Service] = [
      ScheduleService(
        round: engine.round(
          settings.roundOfDaemon(engine.siteSettings),
          report: { event in
            switch event {
            case .drifted(let drift): logger.warning("\(drift)")
            // By then the site has said that it is the one, and the account too.
            case .started(let types):
              fileTurn.yield()
              if let notice = siteSettings.notice(siteHas: types), said.isNew(notice) { logger.warning("\(notice)") }
            case .stored: fileTurn.yield()
            case .estimated, .finished, .swept: break
            }
          }), intervalSeconds: interval, logger: logger),
      FilesService(
        round: engine.files(like: settings.roundOfDaemon(engine.siteSettings)), turns: fileTurns,
        intervalSeconds: interval, logger: logger),
      PushService(push: engine.push, logger: logger),
    ]
    let threads = EngineThreads()
    let services = serving.services + engineServices.map { EngineService(service: $0, threads: threads) }
    try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    try engine.mirror.close()
  }
}

/// Rounds, one after the other, at their interval. A round that fails is reported and tried again at the next, where
/// that may help (`ServiceCourse`): the local API goes on meanwhile.
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
      try await follow(error, logger, rests: "Synchronisation stops")
    }
  }
}
