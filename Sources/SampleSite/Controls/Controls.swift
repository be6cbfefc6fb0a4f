import Synchronization

/// What those who watch a site hold in their hands, and no client of it has: faults for answers, the list of what was asked, a clock
/// that is off. The site's behaviour knows two things of it: by how much its clock is off, and that every request passes `answered`.
final class Controls: Sendable {
  let faults = Faults()
  let log: RequestLog
  private let offset = Mutex(0.0)

  /// - Parameter logCapacity: how many requests the log keeps.
  init(logCapacity: Int) { log = RequestLog(capacity: logCapacity) }

  /// Seconds that the site's clock is ahead of `SampleSiteSettings.clock`.
  var clockOffset: Double {
    get { offset.withLock { $0 } }
    set { offset.withLock { $0 = newValue } }
  }

  /// The answer to a request: the right one, one that a fault spoils, or that of the switch of habits.
  func answered(
    _ request: SiteRequest, _ turn: (_ on: Set<Habit>, _ off: Set<Habit>) -> Void, _ right: () -> SiteResponse
  ) -> SiteResponse {
    guard let fault = faults.next(for: request) else { return switched(request, turn) ?? right() }
    return fault.spoil({ switched(request, turn) ?? right() }, requestURL: request.base + request.target)
  }

  /// The control that switches habits while the site runs: `POST /sample-site/habits?on=NAME&off=NAME` (names with commas). No
  /// site has it; drills do. Nil for any other request.
  private func switched(
    _ request: SiteRequest, _ turn: (_ on: Set<Habit>, _ off: Set<Habit>) -> Void
  ) -> SiteResponse? {
    guard request.method == "POST", request.path == "/sample-site/habits" else { return nil }
    let parameters = BracketParameters(request.query)
    func named(_ name: String) -> Set<Habit> {
      Set((parameters[name]?.text ?? "").split(separator: ",").compactMap { Habit(rawValue: String($0)) })
    }
    turn(named("on"), named("off"))
    return SiteResponse(204)
  }

  /// Notes what was asked and answered.
  func note(_ request: SiteRequest, _ response: SiteResponse) {
    log.record(
      .init(method: request.method, url: request.target, status: response.status, bytes: response.body.count))
  }
}
