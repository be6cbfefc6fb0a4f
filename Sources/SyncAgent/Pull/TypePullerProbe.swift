import JSONAPI
import Store
import Upstream

/// What is found out about a type before it is read: is anything there, what is its serial number, and do filters work?
extension TypePuller {
  /// Compares the newest resources with and without a filter: is anything there, which attribute is the serial number, and
  /// do filters work? The answer is noted for a day.
  /// - Returns: also the page without a filter, and whether its resources are in the order of that attribute.
  mutating func probe(_ known: String?) async throws -> (found: FilterComparison, newest: ScannedPage, isSorted: Bool) {
    let usual = known ?? reader.scanner.serials.attribute(of: type)
    let limit = settings.pageLimit
    let newest = usual.map { [SortKey($0, descending: true)] } ?? []
    var unfiltered = deciders.see(try await firstPage(newest, limit))
    if usual == nil { unfiltered = deciders.see(try await proved(unfiltered)) }
    var filtered: ScannedPage?
    if let attribute = unfiltered.resources.first(where: { $0.internalID != nil })?.idAttribute {
      var parameters = QueryParameters.idKeyset(after: 0, idAttribute: attribute, limit: limit)
      parameters.sort = [SortKey(attribute, descending: true)]
      filtered = try await reader.page(path, parameters)
    }
    let found = FilterComparison(unfiltered: unfiltered, filtered: filtered)
    if let highest = found.highestID { report(.estimated(type: type, highestID: highest)) }
    if let outcome = found.outcome {
      try pulling.note(FilterProbe(outcome, account: account, at: siteTime), of: type)
    }
    let ids = unfiltered.resources.compactMap(\.internalID)
    let by = usual ?? found.idAttribute
    let isSorted = by != nil && by == found.idAttribute && zip(ids, ids.dropFirst()).allSatisfy { $0 > $1 }
    return (found, unfiltered, isSorted)
  }

  /// Whether a failure may mean that the type has lost what it is asked by, or has it under another name: the site refuses a field
  /// that it does not know, or no longer shows it.
  static func isAboutNames(_ error: any Error) -> Bool {
    (error as? UntrustworthyPage) == .keyless || (error as? SiteError)?.kind == .badRequest
  }

  /// Whether nothing of a page shows a serial number, or nothing of it `changed`.
  func isLackingKeys(_ page: ScannedPage) -> Bool {
    guard page.resources.contains(where: { !$0.isLabelOnly }) else { return false }
    return !page.resources.contains { $0.internalID != nil && !$0.isLabelOnly }
      || !page.resources.contains { $0.changed != nil && !$0.isLabelOnly }
  }

  /// Goes on where what was known of the type no longer holds: what it is asked by, and how that is called, is found out anew. A type
  /// that has lost it goes over to sweeps; where documents look otherwise, a sweep begins now.
  mutating func goOnAnew(_ known: MirroredType?, _ part: inout TypeReport) async throws {
    hasProbedAnew = true
    let names = try reading.attributeNames()[type]
    reader.forgetNames(of: type)
    let found = try await probe(known?.serialAttribute).found
    if names != nil, reader.scanner.names(of: type) == nil,
      try discovery.note(AttributeNames(serial: found.idAttribute), of: type)
    {
      throw UntrustworthyPage.renumbered
    }
    let lack = SweptAlone.lack(found.outcome)
    // What did not change since the last pass has other members, too.
    if lack != nil || reader.scanner.names(of: type)?.changed != names?.changed {
      _ = try sweeping.beginSweep(of: type, at: siteTime)
    }
    if let lack { return try leaveToSweeps(lack) }
    guard let cursor = known?.cursor, cursor.knownUntil > 0, cursor.internalID > 0 || cursor.changed > 0,
      let idAttribute = found.idAttribute ?? known?.serialAttribute
    else { return try await readFromTheBeginning(nil, found.outcome, &part) }
    try await readChanges(from: cursor, idAttribute, found.outcome ?? known?.probe?.outcome, &part)
  }

  /// The first page without a filter; in the site's own order where it knows nothing of the one asked for.
  private mutating func firstPage(_ sort: [SortKey], _ limit: Int) async throws -> ScannedPage {
    do {
      return try await reader.page(path, .unfiltered(sort: sort, offset: 0, limit: limit))
    } catch let error as SiteError where error.kind == .badRequest && !sort.isEmpty {
      return try await reader.page(path, .unfiltered(sort: [], offset: 0, limit: limit))
    }
  }

  /// Looks for the serial number of a type that nobody knows, and notes it.
  /// - Parameter page: the collection's first page, in no order.
  /// - Returns: the newest resources by it; the same page where no attribute is proved to be it.
  private mutating func proved(_ page: ScannedPage) async throws -> ScannedPage {
    for name in SerialNumberProof.candidates(in: page) {
      let newest = [SortKey(name, descending: true)]
      let sorted = try await reader.page(path, .unfiltered(sort: newest, offset: 0, limit: settings.pageLimit))
      guard SerialNumberProof.isProved(name, by: sorted) else { continue }
      let isOther = try discovery.note(serialNumber: name, of: type)
      reader.scanner.serials.name(name, of: type)
      if isOther { throw UntrustworthyPage.renumbered }
      return sorted.counted(by: name)
    }
    return page
  }
}
