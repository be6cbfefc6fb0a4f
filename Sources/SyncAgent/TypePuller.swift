import JSONAPI
import Store
import Upstream

/// Reads one type from its cursor to its end and hands every page to the writer.
struct TypePuller {
  let mirror: Mirror
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
  var reader: PageReader

  /// A probe is good for so many seconds.
  private static let probeLife: Int64 = 86_400

  /// Reads the type. Failures of the type alone are in the report.
  mutating func pull(_ known: MirroredType?) async throws -> TypeReport {
    var part = TypeReport(type: type)
    do {
      try await pull(known, &part)
    } catch {
      try await FailureScope.confine(error, confirm: confirmSite)
      part.failure = error
    }
    part.requests = reader.requests
    part.bytes = reader.bytes
    return part
  }

  private mutating func pull(_ known: MirroredType?, _ part: inout TypeReport) async throws {
    let cursor = known?.cursor ?? .start
    var idAttribute = known?.idAttribute.flatMap { SerialNumbers.isOfRevision($0) ? nil : $0 }
    var filters = known?.probe.flatMap { isFresh($0) ? $0.outcome : nil }
    if idAttribute == nil || known?.cursor == nil || filters == nil {
      let found = try await probe(idAttribute)
      // Hidden is not empty: the pull goes on and looks behind what is hidden.
      idAttribute =
        found.idAttribute ?? idAttribute ?? (found.isAnythingThere ? reader.scanner.serials.attribute(of: type) : nil)
      filters = found.outcome ?? filters
    }
    guard let idAttribute else {
      try await nothingIsThere(&part)
      return
    }
    let start = Deciders.Start(
      type: type, idAttribute: idAttribute, settled: PullKey(changed: cursor.changed, internalID: cursor.internalID),
      horizon: siteTime - Int64(settings.settleWindowSeconds), limit: settings.pageLimit)
    if filters == .refused {
      return try await walk(start, cursor, &part)
    }
    let unbelieved: Cursor
    switch try await read(deciders.pull(start), cursor, &part) {
    case .resources: return
    case .onlyHidden(let end, let page): return try await onlyHidden(start, end, page, &part)
    case .nothing(let end): unbelieved = end
    }
    // Not even the resource that the cursor stands on: it is gone, or the filter no longer works.
    let found = try await probe(idAttribute)
    if !found.isAnythingThere {
      return try await nothingIsThere(&part)
    } else if found.outcome != .work {
      // Refused, or the newest are all hidden and nothing can be compared: what a filter does not show is no proof.
      return try await walk(start, cursor, &part)
    } else if cursor.changed == 0 {
      throw SyncFault.filterRefused(type: type)
    }
    try await submit([], cursor: unbelieved, &part)
  }

  /// Until when the type is known once it was read to its end: what was known before stays so.
  private func knownUntil(_ cursor: Cursor) -> Int64 {
    max(cursor.knownUntil, RoundTime(entry: siteTime, now: siteTime).knownUntil(oldest: reader.oldest))
  }

  private mutating func walk(_ start: Deciders.Start, _ cursor: Cursor, _ part: inout TypeReport) async throws {
    switch try await read(deciders.walk(start), cursor, &part) {
    case .resources: return
    case .onlyHidden(let end, let page): try await onlyHidden(start, end, page, &part)
    case .nothing: try await nothingIsThere(&part)
    }
  }

  /// What reading a type to its end has shown. A cursor that comes with it was not stored: it is yet to be believed.
  private enum Sight {
    /// At least one.
    case resources
    /// Only such as are left out for lack of access, or shown by their labels alone; with the last page.
    case onlyHidden(Cursor, ScannedPage)
    /// Nothing at all.
    case nothing(Cursor)
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
      let settled = pull.settled.map {
        Cursor(
          changed: $0.changed, internalID: $0.internalID,
          knownUntil: pull.isComplete ? knownUntil(cursor) : cursor.knownUntil)
      }
      showsAny = showsAny || page.resources.contains { !$0.isLabelOnly }
      if pull.isComplete, !pull.hasSeenAnything { return .nothing(settled ?? cursor) }
      if pull.isComplete, !showsAny { return .onlyHidden(settled ?? cursor, page) }
      if part.pages == 0 { try lookForDrift(page) }
      try await submit(pull.rows(of: page), cursor: settled, of: page, &part)
    }
    return .resources
  }

  /// Compares the newest resources with and without a filter: is anything there, which attribute is the serial number, and
  /// do filters work? The answer is noted for a day.
  private mutating func probe(_ known: String?) async throws -> FilterComparison {
    let usual = known ?? reader.scanner.serials.attribute(of: type)
    let limit = settings.pageLimit
    let newest = usual.map { [SortKey($0, descending: true)] } ?? []
    var unfiltered = try await reader.page(path, .unfiltered(sort: newest, offset: 0, limit: limit))
    if usual == nil { unfiltered = try await proved(unfiltered) }
    var filtered: ScannedPage?
    if let attribute = unfiltered.resources.first(where: { $0.idAttribute != nil })?.idAttribute {
      var parameters = QueryParameters.idKeyset(after: 0, idAttribute: attribute, limit: limit)
      parameters.sort = [SortKey(attribute, descending: true)]
      filtered = try await reader.page(path, parameters)
    }
    let found = FilterComparison(unfiltered: unfiltered, filtered: filtered)
    if let highest = found.highestID { report(.estimated(type: type, highestID: highest)) }
    if let outcome = found.outcome {
      try mirror.note(FilterProbe(outcome, account: account, at: siteTime), of: type)
    }
    return found
  }

  /// Looks for the serial number of a type that nobody knows, and notes it.
  /// - Parameter page: the collection's first page, in no order.
  /// - Returns: the newest resources by it; the same page where no attribute is proved to be it.
  private mutating func proved(_ page: ScannedPage) async throws -> ScannedPage {
    for name in SerialNumberProof.candidates(in: page) {
      let newest = [SortKey(name, descending: true)]
      let sorted = try await reader.page(path, .unfiltered(sort: newest, offset: 0, limit: settings.pageLimit))
      guard SerialNumberProof.isProved(name, by: sorted) else { continue }
      try mirror.note(serialNumber: name, of: type)
      reader.scanner.serials.name(name, of: type)
      return sorted.counted(by: name)
    }
    return page
  }

  /// Says when the members of the type are not what they were, before the page is stored.
  private func lookForDrift(_ page: ScannedPage) throws {
    let whole = page.resources.filter { !$0.isLabelOnly }.map(\.document)
    guard !whole.isEmpty, let stored = try mirror.newestDocument(of: type),
      let drift = SchemaDrift(type: type, stored: stored, page: whole)
    else { return }
    report(.drifted(drift))
  }

  private func isFresh(_ probe: FilterProbe) -> Bool {
    probe.account == account && abs(siteTime - probe.at) < TypePuller.probeLife
  }

  /// Of what follows the cursor all is hidden, and the resource on it, too. That is believed where the site still shows something,
  /// or has nothing to show; else what is stored is left to a sweep, as where nothing is there.
  /// - Parameters:
  ///   - end: the cursor at the end.
  ///   - page: the last page.
  private mutating func onlyHidden(
    _ start: Deciders.Start, _ end: Cursor, _ page: ScannedPage, _ part: inout TypeReport
  ) async throws {
    let stored = try mirror.someExpected(of: type, count: 5)
    let check = VisibilityCheck(type: type, path: path, idAttribute: start.idAttribute, limit: start.limit)
    if !stored.isEmpty, try await !check.findsAnything(among: stored, &reader) {
      throw SyncFault.sawNothing(type: type, stored: try mirror.countExpected(of: type))
    }
    try await submit(page.resources, cursor: end, of: page, &part)
  }

  /// A collection that shows nothing is believed only where nothing is stored that it should show: what was there is removed by a
  /// sweep. Known to be empty at this time, it is read from the beginning when it is not.
  private func nothingIsThere(_ part: inout TypeReport) async throws {
    let count = try mirror.countExpected(of: type)
    if count > 0 { throw SyncFault.sawNothing(type: type, stored: count) }
    let cursor = Cursor(changed: 0, internalID: 0, knownUntil: min(siteTime, reader.oldest ?? siteTime))
    try await submit([], cursor: cursor, &part)
  }

  private func submit(
    _ resources: [ScannedResource], cursor: Cursor?, of page: ScannedPage? = nil, _ part: inout TypeReport
  ) async throws {
    let omitted = page?.omitted.count ?? 0
    part.pages += 1
    part.seen += resources.count
    part.omitted += omitted
    try await queue.submit(
      PageApplication(
        type: type, resources: resources, omitted: omitted, cursor: cursor, run: run, madeAt: page?.madeAt,
        unusable: page?.unusable ?? [], surroundings: page?.surroundings))
  }
}
