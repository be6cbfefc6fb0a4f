import JSONAPI
import Logging
import Store
import Upstream

/// Carries local changes to the site, one after the other, until none is ready. One at a time in one process that has the
/// writer's lock. It may end at any point, by a crash too: what a change is up to is in the outbox before a request leaves.
package struct PushRound: Sendable {
  let site: Site
  let mirror: Mirror
  let policies: ConflictPolicies
  let logger: Logger
  let now: @Sendable () -> Int64

  /// - Parameter now: this machine's Unix seconds, for waiting and the records only: what is newer, the site decides.
  package init(
    site: Site, mirror: Mirror, policies: ConflictPolicies, logger: Logger, now: @escaping @Sendable () -> Int64
  ) {
    self.site = site
    self.mirror = mirror
    self.policies = policies
    self.logger = logger
    self.now = now
  }

  /// Sends what is ready. Asks the site nothing when nothing is.
  /// - Parameter waits: also waits for changes whose attempt failed a few times, as the retry table says.
  /// - Throws: what stops the push as a whole: `SignInError`, `TransportError` of the configuration, `SyncFault`, a fault of
  ///   the mirror, `CancellationError`.
  package func run(waits: Bool) async throws -> PushReport {
    var report = PushReport()
    try mirror.recoverOutbox()
    var time = now()
    var checked: PageScanner?
    while true {
      try Task.checkCancellation()
      time = max(time, now())
      let changes = try mirror.unsettledChanges()
      let plan = PushPlan(changes, now: time)
      report.next = plan.next
      report.rejected += try mirror.refuse(plan.stuck, at: time)
      if plan.ready.isEmpty {
        let isWorthIt = changes.contains { $0.nextAttempt > time && $0.attempts < site.retries.attempts }
        guard waits, isWorthIt, let next = plan.next else { break }
        try await site.wait(Double(next - time))
        time = next
        continue
      }
      let scanner: PageScanner
      if let checked {
        scanner = checked
      } else {
        try await checkSite(&report)
        let paths = Dictionary(try mirror.types().map { ($0.name, $0.path ?? "") }) { first, _ in first }
        scanner = try mirror.scanner(of: site, paths: paths)
        checked = scanner
      }
      for change in plan.ready {
        try Task.checkCancellation()
        try await PushAttempt(push: self, change: change, time: time, scanner: scanner).run(&report)
      }
    }
    try mirror.removeSettledFiles()
    try mirror.truncateLogIfDue()
    return report
  }

  /// Is it the site and the account that the changes are for?
  private func checkSite(_ report: inout PushReport) async throws {
    var requests = 0
    defer { report.requests += requests }
    let entry = try await EntryPointSearch(site: site, mirror: mirror).find { requests += 1 }
    _ = try SiteIdentity.check(entry, of: site, in: mirror)
  }
}
