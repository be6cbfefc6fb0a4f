import Coding
import Control
import Logging
import Reports
import Store

/// The overview at `/`: how the mirror is, what waits for a person, where the rounds stand, and what can be asked of them.
package struct OverviewPart: DashboardPart {
  private let state: KnownState
  private let history: Paced<MirrorHistory>
  private let daemon: any DaemonActions
  private let readySeconds: Int
  private let sections: [any DashboardPart]
  private let logger: Logger

  /// - Parameters:
  ///   - state: of the same mirror.
  ///   - daemon: carries out what is asked for.
  ///   - readySeconds: how old the newest good round may be (`admin.readySeconds`).
  ///   - sections: other parts, which have something to show here.
  ///   - now: Unix seconds of this machine.
  package init(
    mirror: Mirror, state: KnownState, daemon: any DaemonActions, readySeconds: Int, sections: [any DashboardPart],
    logger: Logger, now: @escaping @Sendable () -> Int64
  ) {
    self.state = state
    history = Paced { try mirror.reporting.history(hours: 24, at: now()) }
    self.daemon = daemon
    self.readySeconds = readySeconds
    self.sections = sections
    self.logger = logger
  }

  /// The overview itself.
  package var links: [DashboardLink] { [DashboardLink("/", "Overview")] }

  /// The overview, and what its buttons do.
  package func answer(_ request: DashboardRequest) async throws -> DashboardAnswer? {
    if let action = RoundAction(rawValue: request.path) { return try await done(action, request) }
    guard request.path == "/" else { return nil }
    guard !request.isAction else { return .plain(AdminAnswer(onlyAllowing: "GET, HEAD")) }
    let gathered = try await state.gathered()
    let page = OverviewPage(
      report: gathered.report, rounds: gathered.rounds, history: try await history.gathered(),
      course: await daemon.course, readySeconds: readySeconds, request: request)
    return .page(DashboardPage("Overview", page.body(with: await others(request))))
  }

  private func done(_ action: RoundAction, _ request: DashboardRequest) async throws -> DashboardAnswer {
    guard request.isAction else { return .seeOther("/", .failed("That takes the button on this page.")) }
    let known = Set(try await state.gathered().report.status.types.map(\.type))
    guard let wish = action.wish(types: request.fields("type"), known: known) else {
      return .seeOther("/", .failed("The mirror has no such type. Nothing was done."))
    }
    logger.notice(
      "a round is asked for on the dashboard", metadata: ["wish": "\(wish.words)", "by": "\(request.person.name)"])
    return .seeOther("/", RoundAction.notice(await daemon.ask(wish), to: wish))
  }

  /// What other parts show here. One that fails costs its section, which says so.
  private func others(_ request: DashboardRequest) async -> HTML {
    var shown: [HTML] = []
    for (index, part) in sections.enumerated() {
      do {
        if let section = try await part.overview(request) { shown.append(section) }
      } catch {
        logger.warning("a section of the dashboard cannot be shown", metadata: ["error": "\(error)"])
        shown.append(
          """
          <section id="failed-\(index)" data-refresh><p class="bad">What belongs here cannot be shown: <bdi>\("\(error)")</bdi></p></section>

          """)
      }
    }
    return HTML(shown)
  }
}
