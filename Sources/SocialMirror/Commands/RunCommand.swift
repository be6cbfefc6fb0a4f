import ArgumentParser
import Control
import Logging
import Measures
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
    let given = try common.settings(needsSite: true)
    try given.localAPI.checkServing()
    let engine = try Engine(given, label: "run")
    defer { engine.shutdown() }
    let (settings, logger) = (engine.settings, engine.logger)
    let interval = settings.sync.intervalSeconds
    let inForce = SettingsInForce(settings)
    let threads = EngineThreads()
    let serving = try await ServingServices(
      settings, mirror: engine.mirror, logger: logger, site: engine.site.people, engine: threads)
    let teller = RoundTeller(serving.notifier)
    let rounds = RoundMeasures()
    let (fileTurns, fileTurn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let heard: @Sendable (SyncEvent) -> Void = { event in
      teller.note(event)
      switch event {
      case .drifted(let drift): logger.warning("\(drift)")
      // By then the site has said that it is the one, and the account too.
      case .started, .stored: fileTurn.yield()
      case .estimated, .finished, .swept: break
      }
    }
    let byHand = ByHand(engine)
    let desk = RoundDesk(now: unixNow)
    let wished = WishedRounds(desk, teller: teller, logger: logger, measures: rounds) { wish, report in
      try byHand.sync(wish, inForce.settings) { event in
        heard(event)
        report(event)
      }
    }
    let engineServices: [any Service] = [
      ScheduleService(
        round: engine.round(settings.roundOfDaemon(engine.siteSettings), report: heard), inForce: inForce,
        course: { settings in settings.site.map { settings.roundOfDaemon($0) } }, teller: teller, logger: logger,
        measures: rounds, wished: wished),
      FilesService(round: byHand.files, turns: fileTurns, intervalSeconds: interval, logger: logger),
      PushService(push: byHand.push, logger: logger, measures: rounds),
    ]
    let control = ControlService(
      server: ControlServer(socket: ControlSocket(ofMirrorAt: settings.mirror.path), desk: desk, logger: logger),
      logger: logger)
    let admin: any Service = AdminService(engine, serving, rounds: rounds, daemon: desk)
    let pacer = engine.site.pacer
    let reload = serving.reloading(common.origin, needsSite: true, inForce, logger: logger) { settings in
      if let site = settings.site { pacer.change(requestsPerSecond: site.requestsPerSecond) }
    }
    let working: [any Service] = engineServices.map { EngineService(service: $0, threads: threads) }
    let webhooks = try WebhookService.services(settings, mirror: engine.mirror, inForce, logger: logger)
    let publishing: [any Service] =
      settings.publishing.postgresFile == nil
      ? []
      : [
        EngineService(
          service: PublishService(mirror: engine.mirror, settings: settings.publishing, logger: logger),
          threads: EngineThreads(count: 1))
      ]
    let services = serving.services + [admin, control] + reload + working + webhooks + publishing
    try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    try engine.mirror.close()
  }
}
