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
      try mirror.note(FilterProbe(outcome, account: account, at: siteTime), of: type)
    }
    let ids = unfiltered.resources.compactMap(\.internalID)
    let by = usual ?? found.idAttribute
    let isSorted = by != nil && by == found.idAttribute && zip(ids, ids.dropFirst()).allSatisfy { $0 > $1 }
    return (found, unfiltered, isSorted)
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
      let isOther = try mirror.note(serialNumber: name, of: type)
      reader.scanner.serials.name(name, of: type)
      if isOther { throw UntrustworthyPage.renumbered }
      return sorted.counted(by: name)
    }
    return page
  }
}
