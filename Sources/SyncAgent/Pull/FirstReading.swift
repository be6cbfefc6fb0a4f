import JSONAPI
import Store
import Synchronization
import Upstream

/// What the readers of one type have in common while it is read from the beginning: how many stretches are open, and what was seen.
final class FirstReading: Sendable {
  private struct State {
    var open: Int
    var hasFailed = false
    var sum = PassSum()
  }

  let idAttribute: String
  /// The cursor of the type while it is read: when that began, and up to which serial number all will be known.
  let cursor: Cursor
  /// What is known of filters.
  let filters: FilterProbe.Outcome?
  /// Whether it goes on from an earlier round: what has changed since it began is not in it.
  let isResumed: Bool
  /// The site's time when it began.
  let begun: Int64
  private let state: Mutex<State>

  init(idAttribute: String, cursor: Cursor, filters: FilterProbe.Outcome?, isResumed: Bool, stretches: Int) {
    self.idAttribute = idAttribute
    self.cursor = cursor
    self.filters = filters
    self.isResumed = isResumed
    begun = cursor.pass?.begun ?? cursor.newestAt
    state = Mutex(State(open: stretches))
  }

  /// Takes a page into the sum.
  func note(_ page: ScannedPage) { state.withLock { $0.sum.note(page) } }

  /// Another stretch has been cut off.
  func open() { state.withLock { $0.open += 1 } }

  /// A stretch could not be read.
  func fail() { state.withLock { $0.hasFailed = true } }

  /// Whether nobody reads any more.
  var isOver: Bool { state.withLock { $0.open == 0 } }

  /// A stretch is over. Gives the sum with the last of them, if none has failed.
  func close() -> PassSum? {
    state.withLock { state in
      state.open -= 1
      guard state.open == 0, !state.hasFailed else { return nil }
      return state.sum
    }
  }
}

/// A part of a type for whoever has a place: reads it as the one who began would.
struct StretchReader: Sendable {
  var puller: TypePuller
  let reading: FirstReading
  let stretch: Stretch

  /// Reads the stretch. Failures of the type alone are in the report.
  mutating func read() async throws -> TypeReport {
    let (reading, stretch) = (reading, stretch)
    return try await puller.reporting { puller, part in try await puller.read([stretch], of: reading, &part) }
  }
}

extension TypePuller {
  /// Reads a type that was never read to its end: all of it by serial number, without a filter where that is possible, which shows
  /// also what filters hide. That is its first sweep as well.
  mutating func readFromTheBeginning(
    _ known: MirroredType?, _ filters: FilterProbe.Outcome?, _ part: inout TypeReport
  ) async throws {
    if let cursor = known?.cursor, cursor.pass != nil,
      let idAttribute = known?.serialAttribute ?? reader.scanner.serials.attribute(of: type)
    {
      let stretches = try pulling.stretches(of: type)
      let reading = FirstReading(
        idAttribute: idAttribute, cursor: cursor, filters: filters, isResumed: true,
        stretches: max(1, stretches.count))
      if stretches.isEmpty, let sum = reading.close() { return try await finish(reading, sum, &part) }
      do { return try await read(stretches, of: reading, &part) } catch UntrustworthyPage.suddenlyEmpty
        where part.pages == 0
      {
        // What was to be read on is gone since the earlier round, and nothing is given to others yet: it begins anew.
      }
    }
    let (found, newest, isSorted) = try await probe(known?.serialAttribute)
    let attribute = found.idAttribute ?? known?.serialAttribute ?? reader.scanner.serials.attribute(of: type)
    if let lack = SweptAlone.lack(found.outcome) { return try leaveToSweeps(lack) }
    try pulling.takeBack(.type, of: type, subject: SweptAlone.subject)
    guard found.isAnythingThere, let idAttribute = attribute else { return try await nothingIsThere(&part) }
    let ids = newest.resources.compactMap(\.internalID)
    // The page of the newest is read: only what is below its last resource is left.
    let lowest = isSorted ? ids.min() : nil
    let isAll = !newest.hasNext
    var cursor = Cursor(changed: 0, internalID: isAll || isSorted ? max(0, ids.max() ?? 0) : 0)
    cursor.newestAt = siteTime
    cursor.pass = Cursor.Pass(begun: siteTime)
    let stretch = Stretch(through: lowest?.subtractingClamped(1))
    // All is left to read until the page of the newest is stored: what is cut short before it begins with it.
    try pulling.beginReading(of: type, cursor: cursor, stretches: [Stretch(through: nil)], at: siteTime)
    let reading = FirstReading(
      idAttribute: idAttribute, cursor: cursor, filters: found.outcome, isResumed: false, stretches: 1)
    if isAll || lowest != nil {
      let covers: (after: Int64, through: Int64?) = (isAll ? .min : (lowest ?? 0).subtractingClamped(1), nil)
      reading.note(newest)
      try lookForDrift(newest)
      let kept = try await fields.check(newest.resources, &reader)
      try await submit(
        newest.resources, cursor: nil, of: isSorted ? newest.turned : newest,
        reading: ReadingPart(omitted: newest.omittedUUIDs, covers: covers, stretch: stretch, isOver: isAll),
        kept: kept, &part)
    }
    if isAll, let sum = reading.close() { return try await finish(reading, sum, &part) }
    try await read([stretch], of: reading, &part)
  }

  /// Reads stretches to their ends, shares what is long with those who have nothing to do, and finishes the reading with the last.
  mutating func read(_ stretches: [Stretch], of reading: FirstReading, _ part: inout TypeReport) async throws {
    var waiting = stretches
    do {
      while let next = waiting.popLast() {
        try await read(next, of: reading, &waiting, &part)
        guard let sum = reading.close() else { continue }
        try await finish(reading, sum, &part)
      }
    } catch {
      reading.fail()
      throw error
    }
    part.isOver = reading.isOver
  }

  private mutating func read(
    _ begun: Stretch, of reading: FirstReading, _ waiting: inout [Stretch], _ part: inout TypeReport
  ) async throws {
    var stretch = begun
    var state = SweepState()
    (state.lastID, state.offset, state.marks) = (stretch.lastID, stretch.offset, stretch.marks)
    // Something follows each of them: the page of the newest said so.
    var isUnfiltered = stretch.first < 0
    var listing = self.listing(isUnfiltered, reading, from: state)
    var rows = 0
    let from = stretch.lastID
    while !listing.isComplete {
      var page = deciders.see(try await reader.page(path, listing.parameters))
      let (accepted, fault) = TypePuller.accept(page, by: &listing)
      if let fault {
        guard fault == .suddenlyEmpty, !isUnfiltered else { throw fault }
        // Filters no longer work: without one, from the beginning.
        isUnfiltered = true
        listing = self.listing(true, reading, from: SweepState())
        continue
      }
      guard let accepted else { continue }
      // The page of the newest showed what is behind: where nothing is shown before that, and the site does not even list what was
      // stepped over, a wrong answer has come. What is listed may be the last by now: in a later round the newest may be gone.
      if listing.isComplete, isUnfiltered, page.isEndAssumed, let through = stretch.through, listing.lastID < through {
        throw UntrustworthyPage.suddenlyEmpty
      }
      let after = accepted.after
      var last = accepted.through
      // Where a stretch behind a filter is read without one, it is not known how it would go on behind one.
      let isKept = isUnfiltered == (stretch.first < 0)
      if isKept { (stretch.lastID, stretch.offset, stretch.marks) = (listing.lastID, listing.offset, listing.marks) }
      var resources = page.resources
      var isOver = listing.isComplete
      if let through = stretch.through {
        // What is behind belongs to another stretch.
        resources.removeAll { $0.internalID.map { $0 > through } ?? false }
        page.unusable.removeAll { ($0.after ?? .min) >= through }
        isOver = isOver || listing.lastID >= through
        last = isOver ? through : min(last ?? through, through)
      }
      if part.pages == 0 { try lookForDrift(page) }
      let kept = try await fields.check(resources, &reader)
      reading.note(page)
      rows += resources.count
      try await submit(
        resources, cursor: nil, of: page,
        reading: ReadingPart(
          omitted: page.omittedUUIDs, covers: (after, last), stretch: isKept || isOver ? stretch : nil, isOver: isOver),
        kept: kept, &part)
      if isOver { return }
      if isKept {
        try await share(&stretch, of: reading, density: (rows, stretch.lastID.subtractingClamped(from)), &waiting)
      }
    }
  }

  /// What a listing makes of a page, or why it cannot be believed.
  private static func accept(
    _ page: ScannedPage, by listing: inout SweepListing
  ) -> (covers: (after: Int64, through: Int64?)?, fault: UntrustworthyPage?) {
    do throws(UntrustworthyPage) { return (try listing.accept(page), nil) } catch { return (nil, error) }
  }

  private func listing(_ isUnfiltered: Bool, _ reading: FirstReading, from state: SweepState) -> SweepListing {
    SweepListing(
      type: type, idAttribute: reading.idAttribute, method: isUnfiltered ? .offsets : .keyset,
      limit: settings.pageLimit, from: state, isPromised: true)
  }

  /// Cuts off the upper half of a stretch where there is much left and somebody waits for work.
  private mutating func share(
    _ stretch: inout Stretch, of reading: FirstReading, density: (rows: Int, numbers: Int64), _ waiting: inout [Stretch]
  ) async throws {
    // Filters on files always hide something, whatever the account may do (reference 3.3).
    let name = ResourceTypeName(type)
    guard reading.filters == .work, !name.tellsHome || name.entityType != "file", let through = stretch.through,
      density.rows > 0,
      density.numbers > 0
    else { return }
    let span = through.subtractingClamped(stretch.lastID)
    let left = Double(span) * Double(density.rows) / Double(density.numbers)
    guard left >= Double(4 * settings.pageLimit), await places.wanted > 0 else { return }
    let middle = stretch.lastID.addingClamped(span / 2)
    let upper = Stretch(first: middle, lastID: middle, through: through)
    stretch.through = middle
    try pulling.split(stretch, upper, of: type)
    reading.open()
    var helper = self
    helper.reader = reader.another()
    if await !places.give(.stretch(StretchReader(puller: helper, reading: reading, stretch: upper))) {
      waiting.append(upper)
    }
  }

  /// All is listed: that is stored with the cursor. Where nothing was visible although something is stored, a sweep finds out why.
  private mutating func finish(_ reading: FirstReading, _ sum: PassSum, _ part: inout TypeReport) async throws {
    let listed = ReadingPart(listedThrough: max(0, sum.highest ?? 0))
    if !sum.showsAny {
      do { try await findVisible(reading.idAttribute) } catch let fault as SyncFault {
        try await submit([], cursor: nil, reading: listed, &part)
        throw fault
      }
    }
    var cursor = reading.cursor
    if cursor.internalID == 0 { cursor.internalID = max(0, sum.highest ?? 0) }
    let end = sum.finished(cursor, begun: reading.begun, window: Int64(settings.settleWindowSeconds))
    try await submit([], cursor: end, reading: listed, &part)
    part.isListed = !reading.isResumed
    guard reading.isResumed, deciders.followsResumedPass else { return }
    try await readChanges(from: end, reading.idAttribute, reading.filters, &part)
  }
}

extension ScannedPage {
  /// The same page read from its end: what stands before a row that cannot be used stands behind it. Those below the last usable
  /// row are read once more with what follows.
  fileprivate var turned: ScannedPage {
    var page = self
    if hasNext { page.unusable.removeAll { $0.after != nil && $0.before == nil } }
    for (index, row) in page.unusable.enumerated() {
      (page.unusable[index].after, page.unusable[index].before) = (row.before, row.after)
    }
    return page
  }
}
