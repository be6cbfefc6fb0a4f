import JSONAPI
import OpenSocial
import Store
import Upstream

/// Reads one type from its cursor to its end and hands every page to the writer.
struct TypePuller {
  let reading: Reading
  let discovery: Discovery
  let pulling: Pulling
  let sweeping: Sweeping
  let queue: PageQueue
  let settings: SyncSettings
  let deciders: Deciders
  let run: Int64
  let type: String
  let path: String
  /// The account that asks.
  let account: String
  /// The site's clock at the start of the round, Unix seconds.
  let siteTime: Int64
  let report: @Sendable (SyncEvent) -> Void
  /// Checks that the site still answers this account.
  let confirmSite: @Sendable () async throws -> Void
  /// Where others wait for work, which a long reading is shared with.
  let places: ReadingPlaces
  var reader: PageReader
  var fields: FieldGuard
  /// Whether what was found out about filters is found out anew: the type is to be swept, or the account has changed.
  let isSweepDue: Bool
  /// Whether it was found out anew in this round what the type is asked by.
  var hasProbedAnew = false

  /// A probe is good for so many seconds.
  private static let probeLife: Int64 = 86_400

  /// Reads the type. Failures of the type alone are in the report.
  mutating func pull(_ known: MirroredType?) async throws -> TypeReport {
    try await reporting { puller, part in try await puller.pull(known, &part) }
  }

  /// Reads something of the type and reports on it.
  mutating func reporting(
    _ body: (inout TypePuller, inout TypeReport) async throws -> Void
  ) async throws -> TypeReport {
    var part = TypeReport(type: type)
    do {
      try await body(&self, &part)
    } catch {
      try pulling.setAside(reader.takeSteppedOver())
      try await FailureScope.confine(error, confirm: confirmSite)
      part.failure = error
    }
    part.requests = reader.requests
    part.bytes = reader.bytes
    return part
  }

  private mutating func pull(_ known: MirroredType?, _ part: inout TypeReport) async throws {
    do {
      do { try await goOn(known, &part) } catch let error where TypePuller.isAboutNames(error) {
        try await goOnAnew(known, &part)
      }
    } catch UntrustworthyPage.renumbered {
      // What is known of the type stands on numbers of before.
      try await readFromTheBeginning(nil, nil, &part)
    }
  }

  private mutating func goOn(_ known: MirroredType?, _ part: inout TypeReport) async throws {
    var idAttribute = known?.serialAttribute
    var filters = known?.probe.flatMap { isFresh($0) ? $0.outcome : nil }
    // A permission that was granted meanwhile brings filters back; so does a field that was added.
    if isSweepDue, filters != .work { filters = nil }
    if let lack = SweptAlone.lack(filters) { return try leaveToSweeps(lack) }
    // What was missing may be there again, under its usual name.
    if SweptAlone.lack(known?.probe?.outcome) != nil { reader.forgetNames(of: type) }
    // What was empty when it was read is read from the beginning, too.
    guard let cursor = known?.cursor, cursor.knownUntil > 0, cursor.internalID > 0 || cursor.changed > 0 else {
      return try await readFromTheBeginning(known, filters, &part)
    }
    if idAttribute == nil || filters == nil {
      let found = try await probe(idAttribute).found
      // Hidden is not empty: the pull goes on and looks behind what is hidden.
      idAttribute =
        found.idAttribute ?? idAttribute ?? (found.isAnythingThere ? reader.scanner.serials.attribute(of: type) : nil)
      filters = found.outcome ?? filters
      if let lack = SweptAlone.lack(filters) { return try leaveToSweeps(lack) }
      try pulling.takeBack(.type, of: type, subject: SweptAlone.subject)
    }
    guard let idAttribute else { return try await nothingIsThere(&part) }
    try await readChanges(from: cursor, idAttribute, filters, &part)
  }

  /// Reads what has changed, in one pass; where that is one that was cut short in an earlier round, in another one over what has
  /// changed since it began.
  mutating func readChanges(
    from cursor: Cursor, _ idAttribute: String, _ filters: FilterProbe.Outcome?, _ part: inout TypeReport
  ) async throws {
    let start = start(from: cursor, idAttribute)
    guard let end = try await onePass(start, filters, &part) else { return }
    guard cursor.pass != nil, filters != .refused, deciders.followsResumedPass else { return }
    _ = try await onePass(self.start(from: end, idAttribute), filters, &part)
  }

  func start(from cursor: Cursor, _ idAttribute: String) -> PullStart {
    PullStart(
      type: type, idAttribute: idAttribute, cursor: cursor, siteTime: siteTime,
      window: Int64(settings.settleWindowSeconds), limit: settings.pageLimit)
  }

  /// One pass.
  /// - Returns: the cursor behind it; nil where the type turned out to be empty, or to have to be walked.
  private mutating func onePass(
    _ start: PullStart, _ filters: FilterProbe.Outcome?, _ part: inout TypeReport
  ) async throws -> Cursor? {
    if filters == .refused {
      try await walk(start, &part)
      return nil
    }
    switch try await read(deciders.pull(start), start.cursor, &part) {
    case .resources(let end): return end
    case .onlyHidden(let end, let page): return try await onlyHidden(start, end, page, &part)
    case .nothing, .unordered: break
    }
    // Not even the resource that the cursor stands on: it is gone, the answer was wrong, or filters no longer work.
    let found = try await probe(start.idAttribute).found
    if !found.isAnythingThere {
      try await nothingIsThere(&part)
      return nil
    } else if found.outcome != .work {
      // Refused, or the newest are all hidden and nothing can be compared: what a filter does not show is no proof.
      try await walk(start, &part)
      return nil
    }
    // Once more, standing on what is there: only an answer with that is believed.
    var again = start
    if let highest = found.highestID {
      again.cursor.internalID = min(start.cursor.internalID, highest)
      if let after = start.cursor.pass?.after { again.cursor.pass?.after = min(after, highest.subtractingClamped(1)) }
    }
    switch try await read(deciders.pull(again), again.cursor, &part) {
    case .resources(let end): return end
    case .onlyHidden(let end, let page): return try await onlyHidden(again, end, page, &part)
    case .nothing, .unordered: throw SyncFault.filterRefused(type: type)
    }
  }

  /// There is nothing to ask by.
  func leaveToSweeps(_ lack: String) throws {
    try pulling.setAside([
      SweptAlone.notice(type, lack, interval: settings.sweepIntervalSeconds, at: fields.now())
    ])
  }

  mutating func walk(_ start: PullStart, _ part: inout TypeReport) async throws {
    var sight = try await read(deciders.walk(start), start.cursor, &part)
    if case .unordered = sight { sight = try await read(deciders.whole(start), start.cursor, &part) }
    switch sight {
    case .resources, .unordered: return
    case .onlyHidden(let end, let page): _ = try await onlyHidden(start, end, page, &part)
    case .nothing: try await nothingIsThere(&part)
    }
  }

  /// What reading a type to its end has shown. A cursor that comes with hidden ones was not stored: it is yet to be believed.
  private enum Sight {
    /// At least one.
    case resources(Cursor)
    /// Only such as are left out for lack of access, or shown by their labels alone; with the last page.
    case onlyHidden(Cursor, ScannedPage)
    /// Nothing at all.
    case nothing
    /// The order of the pages cannot be relied on: nothing of them was stored but rows.
    case unordered
  }

  /// Reads page after page.
  private mutating func read(
    _ pull: any CollectionPull, _ cursor: Cursor, _ part: inout TypeReport
  ) async throws -> Sight {
    var pull = pull
    var showsAny = false
    while !pull.isComplete {
      let page = deciders.see(try await reader.page(path, pull.parameters))
      try pull.accept(page)
      if !hasProbedAnew, isLackingKeys(page) { throw UntrustworthyPage.keyless }
      showsAny = showsAny || page.resources.contains { !$0.isLabelOnly }
      if pull.distrustsOrder {
        let kept = try await fields.check(page.resources, &reader)
        try await submit(pull.rows(of: page), cursor: nil, of: page, kept: kept, &part)
        return .unordered
      }
      let next = pull.cursor
      if pull.isComplete, !pull.hasSeenAnything { return .nothing }
      if pull.isComplete, !showsAny { return .onlyHidden(next ?? cursor, page) }
      // Of nearly every round this is all there is to look up.
      let comparison = try reading.lostFields(in: page.resources, of: type)
      if part.pages == 0, !comparison.isNothingNew { try lookForDrift(page) }
      let kept = try await fields.check(page.resources, &reader, compared: comparison)
      try await submit(
        pull.rows(of: page), cursor: next, of: page, kept: kept, isNothingNew: comparison.isNothingNew, &part)
    }
    return .resources(pull.cursor ?? cursor)
  }

  /// Says when the members of the type are not what they were, before the page is stored.
  func lookForDrift(_ page: ScannedPage) throws {
    let whole = page.resources.filter { !$0.isLabelOnly }.map(\.document)
    guard !whole.isEmpty, let stored = try reading.newestDocument(of: type), !whole.contains(stored),
      let drift = SchemaDrift(type: type, stored: stored, page: whole)
    else { return }
    report(.drifted(drift))
  }

  private func isFresh(_ probe: FilterProbe) -> Bool {
    probe.account == account && abs(siteTime - probe.at) < TypePuller.probeLife
  }

  /// - Parameters:
  ///   - page: what they are from, with what else is noted of it; nil for none.
  ///   - kept: those that stay as they are stored.
  ///   - isNothingNew: whether all of them are as they are stored.
  mutating func submit(
    _ resources: [ScannedResource], cursor: Cursor?, of page: ScannedPage? = nil, reading: ReadingPart? = nil,
    kept: [ResourceID: SetAside] = [:], isNothingNew: Bool = false, _ part: inout TypeReport
  ) async throws {
    let omitted = page?.omitted.count ?? 0
    part.pages += 1
    part.seen += resources.count
    part.omitted += omitted
    var application = PageApplication(
      type: type, resources: resources, omitted: omitted, cursor: cursor, run: run, madeAt: page?.madeAt,
      unusable: page?.unusable ?? [], surroundings: page?.surroundings, reading: reading)
    application.setAside = reader.takeSteppedOver()
    application.kept = kept
    application.isNothingNew = isNothingNew
    try await queue.submit(application)
  }
}

extension MirroredType {
  /// The attribute with the serial number as far as it is noted: never one of revisions.
  var serialAttribute: String? { idAttribute.flatMap { SerialNumbers.isOfRevision($0) ? nil : $0 } }
}
