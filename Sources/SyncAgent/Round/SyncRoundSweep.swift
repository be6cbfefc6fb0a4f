import JSONAPI
import Logging
import Store
import Upstream

/// Sweeps, after the pulls.
extension SyncRound {
  /// Sweeps the types whose time has come, after the pulls: a page that was read before another is also stored before it.
  func sweep(_ types: [EntryPoint.Collection], _ course: Course, _ tally: Tally) async throws {
    let paths = Dictionary(types.map { ($0.name, $0.path) }) { first, _ in first }
    let unread = tally.unread
    var settings = self.settings
    settings.sweepBegan = try sweepBegan(at: course.siteTime)
    let listed = tally.listed
    let mayList = settings.sweep != .never
    let vanished = try mirror.reading.typesWithVanishedFields()
    let due = try mirror.reading.types().filter { type in
      guard paths[type.name] != nil, !unread.contains(type.name) else { return false }
      // What was read from the beginning in this round is listed with that; candidates may be left.
      let isDone = listed.contains(type.name) && type.sweep?.started == nil
      return settings.isSweepDue(type.sweep, of: type.name, at: course.siteTime) && !isDone
        // Nothing else reads types again from the beginning that have nothing to ask by.
        || mayList
          && (settings.full && SweptAlone.lack(type.probe?.outcome) != nil || vanished.contains(type.name))
    }
    // Where removals wait for a person, they are looked at in every round.
    let isDue = Set(due.map(\.name))
    let onHold = try mirror.reading.types().filter { type in
      mayList && (type.sweep?.held ?? 0) > 0 && !isDue.contains(type.name) && paths[type.name] != nil
        && !unread.contains(type.name)
    }
    guard !due.isEmpty || !onHold.isEmpty else { return try endSweepOfAll() }
    let budget = SweepBudget(settings.sweepRequests)
    // The pulls may have found out more.
    let informed = try withFindings(course)
    try await withThrowingTaskGroup(of: SweepReport.self) { sweepers in
      var waiting = try longestFirst(due + onHold)[...]
      func startNext() throws {
        guard let type = waiting.popFirst() else { return }
        guard let path = paths[type.name] else { return try startNext() }
        let isNumbered = type.probe?.outcome != .withoutSerialNumber
        let idAttribute = isNumbered ? informed.scanner.serials.attribute(of: type.name) : nil
        if isNumbered, idAttribute == nil { return try startNext() }
        var sweeper = try TypeSweeper(
          reading: mirror.reading, pulling: mirror.pulling, sweeping: mirror.sweeping,
          settings: settings, deciders: deciders, budget: budget, run: course.run, type: type,
          path: path, idAttribute: idAttribute, siteTime: course.siteTime,
          isFresh: listed.contains(type.name), isHoldAlone: !isDue.contains(type.name),
          confirmSite: { try await confirm(tally) },
          reader: reader(of: type.name, type.entityType, informed, tally, isThorough: true),
          fields: FieldGuard(
            reading: mirror.reading, pulling: mirror.pulling, type: type.name, path: path,
            askedBy: attributesAskedBy(type.name, type, informed.scanner), settings: settings,
            isTooMuch: deciders.losesTooMuch, now: now))
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

  /// The types in the order in which they are swept. Where all of them are swept to their ends, those that take long come first: else
  /// the last of them would go on alone.
  private func longestFirst(_ types: [MirroredType]) throws -> [MirroredType] {
    guard settings.sweepRequests == nil else { return types }
    let counted = try types.map { (type: $0, rows: try mirror.reading.count(of: $0.name)) }
    return counted.sorted { ($1.rows, $0.type.name) < ($0.rows, $1.type.name) }.map(\.type)
  }

  /// The same course with what has been found out of attributes since it began.
  private func withFindings(_ course: Course) throws -> Course {
    var course = course
    course.scanner.serials = try mirror.reading.serialNumbers()
    course.setAside = try mirror.reading.setAsideRows()
    for (type, names) in try mirror.reading.attributeNames() { course.scanner.call(names, of: type) }
    return course
  }

  /// When the sweep of all began that goes on now, where one was cut short within a day: what it has swept is not swept again. Nil
  /// where it begins now, or none is asked for.
  private func sweepBegan(at time: Int64) throws -> Int64? {
    guard settings.sweep == .now else { return nil }
    if let began = try mirror.reading.fact(.sweepBegan).flatMap({ Int64($0) }),
      (0...86_400).contains(time.subtractingReportingOverflow(began).partialValue)
    {
      return began
    }
    try mirror.discovery.note(.sweepBegan, String(time))
    return nil
  }

  private func endSweepOfAll() throws {
    if settings.sweep == .now { try mirror.discovery.note(.sweepBegan, "") }
  }

  /// Sweeps of these types that a guard stopped.
  func held(_ types: [EntryPoint.Collection]) throws -> [HeldRemovals] {
    let names = Set(types.map(\.name))
    return try mirror.reading.types().compactMap { type in
      guard names.contains(type.name), let held = type.sweep?.held, held > 0 else { return nil }
      return HeldRemovals(type: type.name, candidates: held, rows: try mirror.reading.count(of: type.name))
    }
  }
}
