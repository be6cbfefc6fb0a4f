import JSONAPI
import Logging
import Store
import Upstream

/// One round: discovery at the entry point, then every selected type from its cursor to its end, side by side, then sweeps.
package struct SyncRound: Sendable {
  private let site: Site
  private let mirror: Mirror
  private let settings: SyncSettings
  private let logger: Logger
  private let now: @Sendable () -> Int64
  private let deciders: Deciders
  private let report: @Sendable (SyncEvent) -> Void

  /// - Parameters:
  ///   - now: this machine's clock in Unix seconds, for the ledger only: what is read is bounded by the site's clock.
  ///   - report: is told what happens, from several tasks at once.
  package init(
    site: Site, mirror: Mirror, settings: SyncSettings, logger: Logger, now: @escaping @Sendable () -> Int64,
    deciders: Deciders = Deciders(), report: @escaping @Sendable (SyncEvent) -> Void = { _ in }
  ) {
    self.site = site
    self.mirror = mirror
    self.settings = settings
    self.logger = logger
    self.now = now
    self.deciders = deciders
    self.report = report
  }

  /// Runs the round.
  /// - Returns: what was done; types that could not be read are in it with their failures.
  /// - Throws: what stopped the round as a whole: `SignInError`, `TransportError`, `SyncFault`, a fault of the mirror,
  ///   `CancellationError`. Pages committed before stay, with their cursors.
  package func run() async throws -> SyncReport {
    try mirror.passEchoes(at: now())
    var entry = try await EntryPointSearch(site: site, mirror: mirror).findWithTime()
    let account = try check(entry)
    let naming = try await TypeNaming(site: site, mirror: mirror, entityTypes: settings.entityTypes)
      .named(entry, at: entry.date ?? now())
    entry.resourceTypes = naming.collections
    var types = try select(entry, naming.types)
    let vanished = try vanishedTypes(entry)
    try mirror.discovered(naming.types)
    try TypeSelection.note(naming.types, settings, in: mirror, logger, at: now())
    if settings.full { try mirror.forgetCursors(of: types.map(\.name)) }
    // A site without `Date` leaves this machine's clock.
    let siteTime = entry.date ?? now()
    try lookForLeap(to: siteTime)
    try mirror.truncateLogIfDue()
    let run = try mirror.beginRun(settings.full ? "full" : "pull", at: now())
    report(.started(types: types.map(\.name)))
    let accountChanged = try accountChanged(account)
    var visit = Visit(
      run: run, account: account, siteTime: siteTime,
      scanner: try mirror.scanner(
        of: site, paths: Dictionary(entry.resourceTypes.map { ($0.name, $0.path) }) { first, _ in first }),
      accountHasChanged: try mirror.fact(.accountChanged).map { $0 != accountChanged } ?? false)
    let tally = Tally()
    tally.note(vanishedTypes: vanished.filter { !settings.acceptedRemovals.contains($0) })
    var described = 0
    do {
      try removeVanished(vanished.filter { settings.acceptedRemovals.contains($0) }, visit, tally)
      let description = try await describe(types.map(\.name), naming.description, at: visit.siteTime)
      described = description.requests
      visit.described = description.names
      try await pull(types, visit, tally)
      try await pullRenamed(&types, naming.types, &visit, tally)
      try await sweep(types, visit, tally)
      described += try await askAboutFields(types, at: visit.siteTime)
      try tally.forgiveEmptiness { try mirror.count(of: $0) == 0 }
    } catch {
      let outcome: RunOutcome = error is CancellationError ? .interrupted : .failed
      try? mirror.endRun(run, outcome, parts: tally.parts, message: "\(error)", at: now())
      throw error
    }
    var result = tally.report
    result.otherRequests += 1 + described + naming.requests
    result.held = try held(types)
    let failure = result.trouble
    if failure == nil, let accountChanged, try mirror.fact(.accountChanged) != accountChanged {
      try mirror.note(.accountChanged, accountChanged)
    }
    try mirror.endRun(run, failure == nil ? .complete : .failed, parts: tally.parts, message: failure, at: now())
    return result
  }

  /// What belongs to one run of the round.
  private struct Visit {
    var run: Int64
    var account: String
    /// The site's clock at the start, Unix seconds.
    var siteTime: Int64
    var scanner: PageScanner
    /// Whether the account's own user was saved since the round before: it may have got other roles.
    var accountHasChanged: Bool
    /// The attributes that the site's description does not call as usual, by type; none where it was not asked in this round.
    var described: [String: AttributeNames] = [:]
  }

  /// When the account's own user was saved last, as far as it is mirrored; nil where it is not.
  private func accountChanged(_ account: String) throws -> String? {
    for type in try mirror.types() where type.entityType == "user" {
      guard let id = ResourceID(account), let document = try mirror.siteDocument(of: id, type: type.name) else {
        continue
      }
      let name = try mirror.attributeNames()[type.name]?.changed ?? "changed"
      return try? JSON(parsing: document)["attributes"]?[name]?.string
    }
    return nil
  }

  private func entryPoint() async throws -> EntryPoint {
    try await EntryPointSearch(site: site, mirror: mirror).find()
  }

  /// Checks that the site still answers, and the same account.
  private func confirm(_ tally: Tally) async throws {
    tally.countRequest()
    _ = try check(try await entryPoint())
  }

  /// A reader of one type's pages.
  private func reader(
    of type: String, _ entityType: String?, _ visit: Visit, _ tally: Tally, isThorough: Bool
  ) throws -> PageReader {
    var reader = try PageReader(
      site: site, scanner: visit.scanner,
      patience: PageReader.Patience(
        most: settings.pageLimit, type: type, rowsInARow: isThorough ? 200 : 8,
        known: mirror.setAsideRows(of: type), triesKnown: isThorough,
        confirm: {
          tally.countRequest()
          _ = try check(try await EntryPointSearch(site: site, mirror: mirror).once())
        }, now: now, over: deciders.steppedOver))
    reader.naming = PageNaming(
      mirror: mirror, type: type, entityType: entityType ?? ResourceTypeName(type).entityType,
      described: visit.described[type])
    return reader
  }

  /// Checks whose mirror this is before anything is touched, and gives the account.
  private func check(_ entry: EntryPoint) throws -> String { try SiteIdentity.check(entry, of: site, in: mirror) }

  /// Where the site's clock went back by more than the settle window, writes may now get a `changed` below the cursors: all
  /// types are read again (reference 6.5, assumption A; 6.8).
  /// - Parameter siteTime: the site's clock at the start of the round, Unix seconds.
  private func lookForLeap(to siteTime: Int64) throws {
    let before = try mirror.fact(.siteTime).flatMap { Int64($0) }
    if let before, siteTime < before.subtractingClamped(Int64(settings.settleWindowSeconds)) {
      logger.warning("the site's clock went back by \(before.subtractingClamped(siteTime)) s: all types are read again")
      // Before the time is noted: a round that is cut short here finds it again.
      try mirror.forgetCursors(of: mirror.types().map(\.name))
    }
    if before != siteTime { try mirror.note(.siteTime, String(siteTime)) }
  }

  /// The types to read.
  private func select(_ entry: EntryPoint, _ named: [DiscoveredType]) throws -> [EntryPoint.Collection] {
    let selected = Set(named.filter { settings.selects($0) }.map(\.name))
    let types = entry.resourceTypes.filter { selected.contains($0.name) }
    // None at all, where there were some, is not a matter of configuration.
    guard try !types.isEmpty || !vanishedTypes(entry).isEmpty else {
      throw SyncFault.nothingToMirror(asked: settings.only ?? settings.entityTypes)
    }
    try SiteAddresses.note(entry, of: site, in: mirror, logger, at: now())
    try mirror.note([
      (.siteAccount, entry.me ?? (try mirror.fact(.siteAccount))),
      (.jsonapiVersion, entry.version ?? (try mirror.fact(.jsonapiVersion))),
      (.contentLanguage, entry.language ?? (try mirror.fact(.contentLanguage))),
    ])
    return types.sorted { $0.name < $1.name }
  }

  /// Asks for the API description once a day, and takes in what it says of the types that are read. None is no failure: the
  /// module may be absent or closed to the account.
  /// - Returns: how many requests it cost, and the attributes that are not called as usual, by type.
  private func describe(
    _ types: [String], _ asked: SiteDescription?, at time: Int64
  ) async throws -> (requests: Int, names: [String: AttributeNames]) {
    let last = try mirror.fact(.described).flatMap { Int64($0) }
    guard asked != nil || last.map({ time.subtractingClamped($0) >= 86_400 || time < $0 }) ?? true else {
      return (0, [:])
    }
    let description: SiteDescription?
    do {
      if let asked {
        description = asked
      } else {
        description = try await site.ask(SiteDescription.request) { SiteDescription.parse($0) }
      }
    } catch let error as TransportError {
      logger.debug("the API description could not be read", metadata: ["reason": "\(error)"])
      description = nil
    }
    for name in types {
      guard let fields = description?.types[name] else { continue }
      try mirror.describe(name, TypeSchema(described: fields))
    }
    try mirror.note(.described, String(time))
    return (asked == nil ? 1 : 0, description?.attributeNames ?? [:])
  }

  /// Asks the site about fields that neither its documents nor a description tell of: of each type once a week, as soon as
  /// something of it is stored.
  /// - Returns: how many requests it cost.
  private func askAboutFields(_ types: [EntryPoint.Collection], at time: Int64) async throws -> Int {
    let known = try mirror.fact(.askedFields)
    var asked = known.flatMap { (try? JSON(parsing: Array($0.utf8)))?.object } ?? JSONObject()
    var count = 0
    for type in types {
      if let last = asked[type.name]?.integer, time >= last, time - last < 604_800 { continue }
      guard let schema = try mirror.schema(of: type.name), !schema.isDescribed,
        let id = try mirror.someExpected(of: type.name, count: 1).first
      else { continue }
      var questions = FieldQuestions(type: type.name, path: type.path, id: "\(id)", schema: schema)
      count += try await FieldQuestions.settle(&questions, site)
      if !questions.learned.fields.isEmpty { try mirror.describe(type.name, questions.learned) }
      asked[type.name] = .integer(time)
      try mirror.note(.askedFields, JSON.object(asked).text())
    }
    return count
  }

  /// Types with stored resources that the site no longer names.
  private func vanishedTypes(_ entry: EntryPoint) throws -> [String] {
    let named = Set(entry.resourceTypes.map(\.name))
    return try mirror.types().filter { !named.contains($0.name) && settings.selects($0.name, of: $0.entityType) }
      .map(\.name).filter { try mirror.count(of: $0) > 0 }
  }

  /// Removes all resources of types that the site no longer has, because a person has agreed to it.
  private func removeVanished(_ types: [String], _ visit: Visit, _ tally: Tally) throws {
    for type in types {
      var part = SweepReport(type: type)
      _ = try mirror.beginSweep(of: type, at: visit.siteTime)
      var waiting = try mirror.everything(of: type)[...]
      while !waiting.isEmpty {
        try Task.checkCancellation()
        let removals = waiting.prefix(500).map {
          Removal($0, .deleted, how: "the site no longer has the type; its removal was accepted")
        }
        waiting = waiting.dropFirst(500)
        let done = try mirror.remove(removals, of: type, onHidden: settings.onHidden, at: visit.siteTime)
        part.tombstones.merge(done, uniquingKeysWith: +)
      }
      try mirror.endSweep(of: type, at: visit.siteTime)
      part.isFinished = true
      tally.add(part)
    }
    // Should they come back, they are read from the beginning.
    try mirror.forgetCursors(of: types)
  }

  /// Sweeps of these types that a guard stopped.
  private func held(_ types: [EntryPoint.Collection]) throws -> [HeldRemovals] {
    let names = Set(types.map(\.name))
    return try mirror.types().compactMap { type in
      guard names.contains(type.name), let held = type.sweep?.held, held > 0 else { return nil }
      return HeldRemovals(type: type.name, candidates: held, rows: try mirror.count(of: type.name))
    }
  }

  private func pull(_ types: [EntryPoint.Collection], _ visit: Visit, _ tally: Tally) async throws {
    let known = Dictionary(uniqueKeysWithValues: try mirror.types().map { ($0.name, $0) })
    // Of a large mirror every page touches the index over UUIDs everywhere: the more pages a transaction has, the less is
    // written. Each costs about 2 MB of memory.
    let queue = PageQueue(limit: max(6, settings.concurrency / 2))
    let places = ReadingPlaces(types)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await write(queue, tally) }
      try await withThrowingTaskGroup(of: Void.self) { readers in
        for _ in 0..<settings.concurrency {
          readers.addTask {
            do {
              while let work = await places.next() {
                let part: TypeReport
                switch work {
                case .type(let type):
                  var puller = try puller(of: type, known[type.name], visit, queue, places, tally)
                  part = try await puller.pull(known[type.name])
                case .stretch(var stretch): part = try await stretch.read()
                }
                if let whole = tally.add(part) { report(.finished(whole)) }
                await places.done()
              }
            } catch {
              await places.close()
              throw error
            }
          }
        }
        do { try await readers.waitForAll() } catch {
          await places.close()
          await queue.close()
          throw error
        }
      }
      await queue.close()
      try await group.waitForAll()
    }
  }

  /// Reads the types whose resources turned out to call themselves otherwise than the entry point does: types are what resources
  /// call themselves. A collection over types that have links of their own is none of its own.
  private func pullRenamed(
    _ types: inout [EntryPoint.Collection], _ named: [DiscoveredType], _ visit: inout Visit, _ tally: Tally
  ) async throws {
    let renamed = tally.takeRenamed()
    if renamed.isEmpty { return }
    var named = named
    var again: [EntryPoint.Collection] = []
    for (type, name) in renamed {
      guard let index = named.firstIndex(where: { $0.name == type }) else { continue }
      if named.contains(where: { $0.link == name || $0.name == name }) {
        types.removeAll { $0.name == type }
        try mirror.setAside([
          SetAside(
            .type, type: type, subject: "collection",
            reason: "its resources call themselves \(name), which has a collection of its own",
            advice: "", at: now())
        ])
        continue
      }
      logger.notice("the resources of \(type) call themselves \(name)")
      named[index].name = name
      let collection = EntryPoint.Collection(name: name, path: named[index].path, link: named[index].link)
      types = types.map { $0.name == type ? collection : $0 }
      again.append(collection)
    }
    try mirror.discovered(named)
    let links = named.filter { !TypeSelection.isView($0, among: named) }
    visit.scanner = try mirror.scanner(
      of: site, paths: Dictionary(links.map { ($0.name, $0.path) }) { first, _ in first })
    try await pull(again, visit, tally)
  }

  /// The same visit with what has been found out of attributes since it began.
  private func withFindings(_ visit: Visit) throws -> Visit {
    var visit = visit
    visit.scanner.serials = try mirror.serialNumbers()
    for (type, names) in try mirror.attributeNames() { visit.scanner.call(names, of: type) }
    return visit
  }

  private func puller(
    of type: EntryPoint.Collection, _ known: MirroredType?, _ visit: Visit, _ queue: PageQueue, _ places: ReadingPlaces,
    _ tally: Tally
  ) throws -> TypePuller {
    let isSweepDue = visit.accountHasChanged || settings.isSweepDue(known?.sweep, of: type.name, at: visit.siteTime)
    return try TypePuller(
      mirror: mirror, queue: queue, settings: settings, deciders: deciders, run: visit.run, type: type.name,
      path: type.path, account: visit.account, siteTime: visit.siteTime,
      report: { event in
        if case .drifted(let drift) = event { tally.add(drift) }
        report(event)
      }, confirmSite: { try await confirm(tally) }, places: places,
      // What is read from the beginning is swept with that.
      reader: reader(
        of: type.name, known?.entityType, visit, tally, isThorough: isSweepDue || (known?.cursor?.knownUntil ?? 0) == 0),
      fields: FieldGuard(
        mirror: mirror, type: type.name, path: type.path, settings: settings, deciders: deciders, now: now),
      isSweepDue: isSweepDue)
  }

  /// Sweeps the types whose time has come, after the pulls: a page that was read before another is also stored before it.
  private func sweep(_ types: [EntryPoint.Collection], _ visit: Visit, _ tally: Tally) async throws {
    let paths = Dictionary(types.map { ($0.name, $0.path) }) { first, _ in first }
    let unread = tally.unread
    var settings = self.settings
    settings.sweepBegan = try sweepBegan(at: visit.siteTime)
    let listed = tally.listed
    let due = try mirror.types().filter { type in
      guard paths[type.name] != nil, !unread.contains(type.name) else { return false }
      // What was read from the beginning in this round is listed with that; candidates may be left.
      let isDone = listed.contains(type.name) && type.sweep?.started == nil
      return try settings.isSweepDue(type.sweep, of: type.name, at: visit.siteTime) && !isDone
        || settings.sweep != .never && mirror.hasVanishedFields(type.name)
    }
    guard !due.isEmpty else { return try endSweepOfAll() }
    let budget = SweepBudget(settings.sweepRequests)
    // The pulls may have found out more.
    let informed = try withFindings(visit)
    try await withThrowingTaskGroup(of: SweepReport.self) { sweepers in
      var waiting = due[...]
      func startNext() throws {
        guard let type = waiting.popFirst() else { return }
        guard let path = paths[type.name] else { return try startNext() }
        let isNumbered = type.probe?.outcome != .withoutSerialNumber
        let idAttribute = isNumbered ? informed.scanner.serials.attribute(of: type.name) : nil
        if isNumbered, idAttribute == nil { return try startNext() }
        var sweeper = try TypeSweeper(
          mirror: mirror, settings: settings, deciders: deciders, budget: budget, run: visit.run, type: type,
          path: path, idAttribute: idAttribute, siteTime: visit.siteTime,
          isFresh: listed.contains(type.name),
          confirmSite: { try await confirm(tally) },
          reader: reader(of: type.name, type.entityType, informed, tally, isThorough: true),
          fields: FieldGuard(
            mirror: mirror, type: type.name, path: path, settings: settings, deciders: deciders, now: now))
        sweepers.addTask { try await sweeper.sweep() }
      }
      for _ in 0..<settings.concurrency { try startNext() }
      while let part = try await sweepers.next() {
        tally.add(part)
        for thing in part.setAside { logger.warning("set aside: \(thing.sentence)") }
        report(.swept(part))
        try startNext()
      }
    }
    if tally.report.sweeps.allSatisfy({ $0.isFinished && $0.failure == nil }) { try endSweepOfAll() }
  }

  /// When the sweep of all began that goes on now, where one was cut short within a day: what it has swept is not swept again. Nil
  /// where it begins now, or none is asked for.
  private func sweepBegan(at time: Int64) throws -> Int64? {
    guard settings.sweep == .now else { return nil }
    if let began = try mirror.fact(.sweepBegan).flatMap({ Int64($0) }),
      (0...86_400).contains(time.subtractingReportingOverflow(began).partialValue)
    {
      return began
    }
    try mirror.note(.sweepBegan, String(time))
    return nil
  }

  private func endSweepOfAll() throws {
    if settings.sweep == .now { try mirror.note(.sweepBegan, "") }
  }

  /// The one writer: commits waiting pages together until the queue is closed and drained, also when the round is cancelled:
  /// what was read is kept.
  private func write(_ queue: PageQueue, _ tally: Tally) async throws {
    while true {
      let pages = await queue.take()
      if pages.isEmpty { return }
      do {
        let outcome = try mirror.apply(pages)
        tally.add(outcome)
        for thing in outcome.setAside { logger.warning("set aside: \(thing.sentence)") }
        report(.stored(outcome))
      } catch {
        await queue.fail(error)
        throw error
      }
    }
  }
}
