import Admin
import LocalAPI
import Logging
import Measures
import Reports
import TokenIssuer

extension AdminService {
  /// The admin port of a daemon.
  /// - Parameters:
  ///   - rounds: what its rounds and pushes are measured with.
  ///   - routes: what is answered there beside health, metrics and status.
  init(_ engine: Engine, _ serving: ServingServices, rounds: RoundMeasures, routes: [any AdminRoutes] = []) {
    let (settings, logger, server) = (engine.settings, engine.logger, serving.server)
    let counts = SignInCountsFile(path: settings.signInCountsPath)
    self.init(
      server: AdminServer(
        settings: settings.admin, mirror: engine.mirror, routes: routes, logger: logger,
        measures: DaemonMeasures(
          site: engine.site.measures, answers: server.measures, rounds: rounds, version: ProgramVersion.version,
          started: unixNow(), refusedSignIns: { RefusedSignIns(server.signIns) }),
        completing: { $0.signIns = RefusedSignIns(counts.load()) }, now: unixNow),
      settings: settings.admin, logger: logger)
  }
}
