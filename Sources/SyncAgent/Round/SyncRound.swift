import JSONAPI
import Logging
import OpenSocial
import Store
import Upstream

/// One round: discovery at the entry point, then every selected type from its cursor to its end, side by side, then sweeps.
package struct SyncRound: Sendable {
  let site: Site
  let mirror: Mirror
  let settings: SyncSettings
  let logger: Logger
  let now: @Sendable () -> Int64
  let deciders: Deciders
  let report: @Sendable (SyncEvent) -> Void

  /// - Parameters:
  ///   - now: this machine's clock in Unix seconds, for the ledger only: what is read is bounded by the site's clock.
  ///   - report: is told what happens, from several tasks at once.
  package init(
    site: Site, mirror: Mirror, settings: SyncSettings, logger: Logger, now: @escaping @Sendable () -> Int64,
    report: @escaping @Sendable (SyncEvent) -> Void = { _ in }
  ) {
    self.init(
      site: site, mirror: mirror, settings: settings, logger: logger, now: now, deciders: .standard, report: report)
  }

  /// The same with decisions that are handed in: see `Deciders`.
  init(
    site: Site, mirror: Mirror, settings: SyncSettings, logger: Logger, now: @escaping @Sendable () -> Int64,
    deciders: Deciders, report: @escaping @Sendable (SyncEvent) -> Void = { _ in }
  ) {
    self.site = site
    self.mirror = mirror
    self.settings = settings
    self.logger = logger
    self.now = now
    self.deciders = deciders
    self.report = report
  }

  /// The same round by other settings.
  package func by(_ settings: SyncSettings) -> SyncRound {
    SyncRound(
      site: site, mirror: mirror, settings: settings, logger: logger, now: now, deciders: deciders, report: report)
  }

  /// Runs the round.
  /// - Returns: what was done; types that could not be read are in it with their failures.
  /// - Throws: what stopped the round as a whole: `SignInError`, `TransportError`, `SyncFault`, a fault of the mirror,
  ///   `CancellationError`. Pages committed before stay, with their cursors.
  package func run() async throws -> SyncReport {
    let (run, found, siteTime) = try await beginning()
    report(.started(types: found.types.map(\.name)))
    let accountChanged = try accountChanged(found.account)
    var course = try begin(run, found, at: siteTime, accountChanged: accountChanged)
    let tally = Tally()
    tally.note(vanishedTypes: found.vanished.filter { !settings.acceptedRemovals.contains($0) })
    let descriptions = TypeDescriptions(
      site: site, reading: mirror.reading, discovery: mirror.discovery, logger: logger)
    var types = found.types
    var described = 0
    do {
      try vanishedTypes.remove(
        found.vanished.filter { settings.acceptedRemovals.contains($0) }, at: course.siteTime, tally)
      let description = try await descriptions.describe(
        types.map(\.name), found.naming.description, at: course.siteTime)
      described = description.requests
      course.described = description.names
      try mirror.views.renew()
      try await pull(types, course, tally)
      try await pullRenamed(&types, found.naming.types, &course, tally)
      try await sweep(types, course, tally)
      described += try await descriptions.askAboutFields(types, at: course.siteTime)
      try await keepViews()
      try tally.forgiveEmptiness { try !mirror.reading.hasAny(of: $0) }
    } catch {
      let outcome: RunOutcome = error is CancellationError ? .interrupted : .failed
      try? mirror.pulling.endRun(run, outcome, parts: tally.parts, message: "\(error)", at: now())
      throw error
    }
    var result = tally.report
    result.otherRequests += 1 + described + found.naming.requests
    result.held = try held(types)
    let failure = result.trouble
    if failure == nil, let accountChanged, try mirror.reading.fact(.accountChanged) != accountChanged {
      try mirror.discovery.note(.accountChanged, accountChanged)
    }
    try mirror.pulling.endRun(
      run, failure == nil ? .complete : .failed, parts: tally.parts, message: failure, at: now())
    return result
  }
}

extension SyncRound {
  /// What comes before anything is read, and the run's number in the ledger. Where it fails, the ledger has the attempt.
  private func beginning() async throws -> (run: Int64, found: Discovery, siteTime: Int64) {
    let started = now()
    do {
      try mirror.outbox.passEchoes(at: started)
      try mirror.feed.cut(before: started.subtractingClamped(Int64(settings.removalsKeptSeconds)))
      let found = try await discover()
      if settings.full { try mirror.pulling.forgetCursors(of: found.types.map(\.name)) }
      // A site without `Date` leaves this machine's clock.
      let siteTime = found.entry.date ?? now()
      try lookForLeap(to: siteTime)
      try ClockDifference.note(found.entry.date, in: mirror, logger, at: now())
      try mirror.reporting.foldLog(at: now())
      try mirror.sweeping.truncateLogIfDue()
      return (try mirror.pulling.beginRun(settings.full ? "full" : "pull", at: now()), found, siteTime)
    } catch {
      noteAttempt(error, since: started)
      throw error
    }
  }

  /// Notes in the ledger that a round ended before its run was begun.
  /// - Parameters:
  ///   - error: what ended it: its message holds no secret.
  ///   - started: when it began, Unix seconds of this machine.
  package func noteAttempt(_ error: any Error, since started: Int64) {
    let outcome: RunOutcome = error is CancellationError ? .interrupted : .failed
    // Where the mirror is at fault there may be no ledger to write to: that fault is what is said then. Who has waited for another
    // program's lock in vain does not wait for it once more.
    WritePatience.$end.withValue(error is MirrorFault ? ContinuousClock.now : WritePatience.end) {
      _ = try? mirror.pulling.noteAttempt(outcome, message: "\(error)", started: started, at: now())
    }
  }

  /// What belongs to one run of the round.
  struct Course {
    var run: Int64
    var account: String
    /// The site's clock at the start, Unix seconds.
    var siteTime: Int64
    var scanner: PageScanner
    /// Whether the account's own user was saved since the round before: it may have got other roles.
    var accountHasChanged: Bool
    /// The attributes that the site's description does not call as usual, by type; none where it was not asked in this round.
    var described: [String: AttributeNames] = [:]
    /// The rows that were set aside when it began, by type.
    var setAside: [String: Set<String>]
  }

  private func begin(
    _ run: Int64, _ found: Discovery, at siteTime: Int64, accountChanged: String?
  ) throws -> Course {
    Course(
      run: run, account: found.account, siteTime: siteTime,
      scanner: try mirror.reading.scanner(
        of: site, paths: Dictionary(found.entry.resourceTypes.map { ($0.name, $0.path) }) { first, _ in first }),
      accountHasChanged: try mirror.reading.fact(.accountChanged).map { $0 != accountChanged } ?? false,
      setAside: try mirror.reading.setAsideRows())
  }

  /// Lets what reports read fit what was learned, in steps: a mirror of before has much to catch up with.
  private func keepViews() async throws {
    try mirror.views.renew()
    while try mirror.views.fillPlainTexts() {
      try Task.checkCancellation()
      await Task.yield()
    }
    try mirror.views.indexIDs()
    try mirror.views.indexTimes()
  }

  /// Checks that the site still answers, and the same account.
  func confirm(_ tally: Tally) async throws {
    tally.countRequest()
    try await visit.enter()
  }

  /// What a type is asked by, under all names that are known: where these vanish, that is no sign of lost rights.
  func attributesAskedBy(_ type: String, _ known: MirroredType?, _ scanner: PageScanner) -> Set<String> {
    let entityType = known?.entityType ?? ResourceTypeName(type).entityType
    let names = [
      FieldDescription.changed, scanner.names(of: type)?.changed, known?.idAttribute,
      scanner.serials.attribute(of: type),
      SerialNumbers.attribute(ofEntityType: entityType),
    ]
    return Set(names.compactMap { $0 })
  }

  /// A reader of one type's pages.
  func reader(
    of type: String, _ entityType: String?, _ course: Course, _ tally: Tally, isThorough: Bool
  ) throws -> PageReader {
    var reader = PageReader(
      site: site, scanner: course.scanner,
      patience: PageReader.Patience(
        most: settings.pageLimit, type: type, rowsInARow: isThorough ? 200 : 8,
        known: course.setAside[type] ?? [], triesKnown: isThorough,
        confirm: {
          tally.countRequest()
          try await visit.enter(.once)
        }, now: now, over: deciders.steppedOver))
    reader.naming = PageNaming(
      reading: mirror.reading, discovery: mirror.discovery, type: type,
      entityType: entityType ?? ResourceTypeName(type).entityType,
      described: course.described[type])
    return reader
  }
}
