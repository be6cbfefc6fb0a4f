import Admin
import Control
import LocalAPI
import Logging
import Measures
import Reports
import TokenIssuer

extension AdminService {
  /// The admin port of a daemon.
  /// - Parameters:
  ///   - rounds: what its rounds and pushes are measured with.
  ///   - daemon: carries out what is asked for on the dashboard.
  init(_ engine: Engine, _ serving: ServingServices, rounds: RoundMeasures, daemon: any DaemonActions) {
    let (settings, logger, server) = (engine.settings, engine.logger, serving.server)
    let counts = SignInCountsFile(path: settings.signInCountsPath)
    let state = KnownState(
      engine.mirror, now: unixNow, completing: { $0.signIns = RefusedSignIns(counts.load()) })
    self.init(
      server: AdminServer(
        settings: settings.admin, mirror: engine.mirror,
        routes: [DashboardRoutes(engine, server, state, daemon: daemon)], logger: logger,
        measures: DaemonMeasures(
          site: engine.site.measures, answers: server.measures, rounds: rounds, version: ProgramVersion.version,
          started: unixNow(), refusedSignIns: { RefusedSignIns(server.signIns) }),
        state: state, now: unixNow),
      settings: settings.admin, logger: logger)
  }
}

extension DashboardRoutes {
  /// The dashboard of a daemon. Accounts of the mirror's own sign in; wrong passwords are counted together with those of the local API.
  fileprivate init(_ engine: Engine, _ server: LocalAPIServer, _ state: KnownState, daemon: any DaemonActions) {
    let (mirror, logger) = (engine.mirror, engine.logger)
    // In the order of the navigation.
    let pages = DashboardPages.parts(of: mirror, daemon: daemon, sights: { server.sightNames }, logger: logger)
    let overview = OverviewPart(
      mirror: mirror, state: state, daemon: daemon, readySeconds: engine.settings.admin.readySeconds, sections: pages,
      logger: logger, now: unixNow)
    let people = server.signingIn
    self.init(
      name: engine.siteSettings.baseURL.split(separator: "/").dropFirst().joined(separator: "/"),
      signIn: DashboardSignIn(
        check: { name, password, address in
          try await people.signInHere(name: name, password: password, from: ClientAddress(address)?.counted ?? address)
        }, account: { try people.account(id: $0) }),
      parts: [overview] + pages, logger: logger, now: unixNow)
  }
}
