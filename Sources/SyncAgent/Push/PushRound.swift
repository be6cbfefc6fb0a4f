import JSONAPI
import Logging
import Store
import Upstream

/// Carries local changes to the site until none is ready: updates of different resources side by side, all else one after the other
/// (`PushLanes`). In one process that has the writer's lock, and there once: its copies take turns. It may end at any point, by a crash
/// too: what a change is up to is in the outbox before a request leaves.
///
/// It comes to an end by itself: a change that failed is not waited for, a site that is not there or takes no writes ends it, and
/// copies that have to be read again are waited for so long at most.
package struct PushRound: Sendable {
  let site: Site
  let outbox: Outbox
  let reading: Reading
  let sweeping: Sweeping
  let policies: ConflictPolicies
  let logger: Logger
  let now: @Sendable () -> Int64
  private let concurrency: Int
  private let alone = OneAtATime()

  /// - Parameters:
  ///   - concurrency: how many updates are under way at once (`site.concurrency`).
  ///   - now: this machine's Unix seconds, for waiting and the records only: what is newer, the site decides.
  package init(
    site: Site, mirror: Mirror, policies: ConflictPolicies, logger: Logger, concurrency: Int = 1,
    now: @escaping @Sendable () -> Int64
  ) {
    self.concurrency = concurrency
    self.site = site
    outbox = mirror.outbox
    reading = mirror.reading
    sweeping = mirror.sweeping
    self.policies = policies
    self.logger = logger
    self.now = now
  }

  /// Seconds that one push waits at most for copies that were read within the second of their own `changed`.
  private static let longestForCopies = 10.0
  /// After so many attempts in a row on which the site was not there, the others are not made.
  private static let mostAway = 3
  /// After so many seconds the write-ahead log is emptied, where a reader prevented it and it holds what is to be forgotten.
  private static let secondsToNextEmptying: Int64 = 10
  /// Resources that are asked for after deletions, in one push.
  private static let mostAlong = 200

  /// Sends what is ready. Asks the site nothing when nothing is.
  /// - Parameters:
  ///   - isByHand: whether a person asked for it: then each change is tried once, whatever its time, and so is a site that took no
  ///     writes.
  ///   - waits: also waits for changes whose attempt failed a few times, as the retry table says.
  ///   - begins: is told when its turn has come.
  /// - Throws: what stops the push as a whole: `SignInError`, `TransportError` of the configuration, `SyncFault`, a fault of
  ///   the mirror, `CancellationError`.
  package func run(
    isByHand: Bool = false, waits: Bool = false, begins: @Sendable () -> Void = {}
  ) async throws -> PushReport {
    try await alone.run {
      begins()
      return try await pushed(isByHand: isByHand, waits: waits)
    }
  }

  private func pushed(isByHand: Bool, waits: Bool) async throws -> PushReport {
    var report = PushReport()
    try outbox.recoverOutbox()
    let hold = try outbox.writesHold()
    if let hold, !isByHand, hold.until > now() {
      report.next = hold.until
      report.refusesWrites = hold.reason
      try sweeping.truncateLogIfDue()
      return report
    }
    var course = Course(
      patience: PushPatience(seconds: PushRound.longestForCopies), hold: KnownHold(isThere: hold != nil),
      departures: DepartureGroups(outbox), time: now())
    do {
      try await sendAll(&course, isByHand: isByHand, waits: waits, &report)
    } catch let refused as WritesRefused {
      let hold = try outbox.holdWrites(refused.detail, advice: WritesRefused.advice, at: course.time)
      report.refusesWrites = refused.detail
      report.lastError = "\(refused)"
      report.next = hold.until
      logger.warning("\(refused); \(WritesRefused.advice)")
    }
    if report.awayInARow < PushRound.mostAway { try await askAlong(&course, &report) }
    try outbox.removeSettledFiles()
    if try !sweeping.truncateLogIfDue() {
      report.next = min(report.next ?? .max, now() + PushRound.secondsToNextEmptying)
    }
    return report
  }

  /// What one push knows while it goes on.
  private struct Course {
    let patience: PushPatience
    let hold: KnownHold
    let departures: DepartureGroups
    var time: Int64
    /// Once the site and the account were checked.
    var scanner: PageScanner?
    var tried: Set<Int64> = []
  }

  private func sendAll(_ course: inout Course, isByHand: Bool, waits: Bool, _ report: inout PushReport) async throws {
    while true {
      try Task.checkCancellation()
      course.time = max(course.time, now())
      let time = course.time
      let (all, unreadable) = try outbox.waiting()
      for thing in try outbox.setAsideUnreadable(unreadable, at: time) {
        logger.warning("set aside: \(thing.sentence)")
      }
      // What came after one that cannot be read stands on it.
      let changes = all.filter { change in
        !unreadable.contains { $0.resource == change.resource && $0.id < change.id }
      }
      let plan = PushPlan(changes, now: time) { isByHand && !course.tried.contains($0.id) }
      report.next = plan.next
      report.rejected += try outbox.refuse(plan.stuck, at: time)
      if plan.ready.isEmpty {
        let isWorthIt = changes.contains { $0.nextAttempt > time && $0.attempts < site.retries.attempts }
        guard waits, isWorthIt, let next = plan.next else { return }
        logger.info("local changes wait to be tried again", metadata: ["seconds": "\(next - time)"])
        try await site.wait(Double(next - time))
        course.time = next
        continue
      }
      let scanner = try await checked(&course, &report)
      let (patience, hold, departures) = (course.patience, course.hold, course.departures)
      let lanes = PushLanes(count: concurrency, mostAway: waits ? nil : PushRound.mostAway) { change, report in
        try await PushAttempt(
          push: self, change: change, time: time, scanner: scanner, patience: patience, hold: hold,
          departures: departures
        ).run(&report)
      }
      for turn in PushLanes.turns(of: plan.ready) {
        try Task.checkCancellation()
        try await lanes.run(turn, tried: &course.tried, &report)
        if report.awayInARow >= PushRound.mostAway, !waits {
          report.next = PushPlan(try outbox.unsettledChanges(), now: time).next ?? time + 60
          logger.warning(
            "the site is not there for local changes; the others wait",
            metadata: ["reason": "\(report.lastError ?? "")"])
          return
        }
      }
    }
  }

  /// Asks, each by itself, for what the site has probably deleted along with others.
  private func askAlong(_ course: inout Course, _ report: inout PushReport) async throws {
    var left = PushRound.mostAlong
    while left > 0 {
      let listed = try outbox.deletedAlong(limit: min(50, left))
      if listed.isEmpty { return }
      left -= listed.count
      let scanner = try await checked(&course, &report)
      var (gone, others): ([DependentResource], [DependentResource]) = ([], [])
      var failure: SiteError?
      for one in listed {
        do {
          guard let page = try await look(for: one, scanner, &report) else {
            gone.append(one)
            continue
          }
          for resource in page.resources where resource.uuid == one.uuid && resource.type == one.type {
            if !resource.isLabelOnly { _ = try sweeping.refresh(resource, candidate: SweepCandidate(one)) }
          }
          others.append(one)
        } catch let error as SiteError {
          // A refusal is about this one: the sweep decides. Anything else says nothing.
          if RetryTable.failure(of: error) == .rejected { others.append(one) } else { failure = error }
        } catch let error as TransportError where PushVerdict(error, of: .delete) != .stop {
          failure = SiteError(.unavailable, status: 503, detail: "\(error)")
        }
        if failure != nil { break }
      }
      let time = site.clock.seconds ?? course.time
      try outbox.settleAlong(gone: gone, others: others, at: time, now: course.time)
      report.goneAlong += gone.count
      if let failure {
        logger.info("what went with a deletion is asked for later", metadata: ["reason": "\(failure)"])
        report.next = min(report.next ?? .max, course.time + 60)
        return
      }
    }
    if try !outbox.deletedAlong(limit: 1).isEmpty { report.next = min(report.next ?? .max, course.time + 1) }
  }

  /// The resource as a page of one; nil when it is gone.
  private func look(
    for one: DependentResource, _ scanner: PageScanner, _ report: inout PushReport
  ) async throws -> ScannedPage? {
    report.requests += 1
    let request = SiteRequest(path: "\(one.path)/\(one.uuid.pathPart)").pastCaches(site.freshNumber())
    let response = try await site.send(request)
    do {
      var scanner = scanner
      return try scanner.page(SiteAnswer.document(of: response))
    } catch let error as SiteError where error.kind == .notFound {
      return nil
    } catch let error as JSONSyntaxError {
      throw SiteError(.malformed, status: response.status, detail: error.description)
    }
  }

  private func checked(_ course: inout Course, _ report: inout PushReport) async throws -> PageScanner {
    if let scanner = course.scanner { return scanner }
    try await checkSite(&report)
    let paths = Dictionary(try reading.types().map { ($0.name, $0.path ?? "") }) { first, _ in first }
    let scanner = try reading.scanner(of: site, paths: paths)
    course.scanner = scanner
    return scanner
  }

  /// Is it the site and the account that the changes are for?
  private func checkSite(_ report: inout PushReport) async throws {
    var requests = 0
    defer { report.requests += requests }
    try await SiteVisit(site: site, reading: reading).enter { requests += 1 }
  }
}
