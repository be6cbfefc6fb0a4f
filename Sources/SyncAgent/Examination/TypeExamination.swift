import JSONAPI
import OpenSocial
import Store
import Upstream

/// Looks at one type: its newest page without a filter, and the same with one.
struct TypeExamination {
  let site: Site
  let type: DiscoveredType
  /// Rows to ask for.
  let limit: Int
  /// Nanoseconds of a clock that never goes back.
  let uptime: @Sendable () -> Int64

  private struct Answer {
    var page: ScannedPage
    var reasons: [String]
    var milliseconds: Int64
  }

  /// - Throws: what asking for the page without a filter throws, and for the other one what concerns more than this type.
  func run(_ scanner: inout PageScanner) async throws -> ShownType {
    let usual = scanner.serials.attribute(of: type.name)
    var answer = try await newest(usual, &scanner)
    let attribute = answer.page.resources.first { $0.internalID != nil }?.idAttribute
    if let attribute, attribute != usual { answer = try await newest(attribute, &scanner) }
    var shown = ShownType(type.name, of: type.home.entityType)
    let resources = answer.page.resources
    shown.whole = resources.count(where: { !$0.isLabelOnly })
    shown.labels = resources.count - shown.whole
    shown.omitted = answer.page.omitted.count
    shown.reasons = answer.reasons
    shown.unusable = answer.page.unusable.count
    shown.hasMore = answer.page.hasNext
    shown.milliseconds = answer.milliseconds
    var filtered: ScannedPage?
    if let attribute {
      var parameters = QueryParameters.idKeyset(after: 0, idAttribute: attribute, limit: limit)
      parameters.sort = [SortKey(attribute, descending: true)]
      do { filtered = try await page(parameters, &scanner).page } catch {
        try Task.checkCancellation()
        if case .everything = FailureScope(error) { throw error }
        shown.filterFailure = SiteFailure(error)
      }
    }
    shown.filters = FilterComparison(unfiltered: answer.page, filtered: filtered).outcome
    let found = Set(filtered?.resources.compactMap(\.internalID) ?? [])
    shown.filtered = resources.compactMap(\.internalID).count(where: { found.contains($0) })
    return shown
  }

  /// The newest by an attribute; in the site's own order where it knows nothing of that one.
  private func newest(_ attribute: String?, _ scanner: inout PageScanner) async throws -> Answer {
    let sort = attribute.map { [SortKey($0, descending: true)] } ?? []
    do {
      return try await page(.unfiltered(sort: sort, offset: 0, limit: limit), &scanner)
    } catch let error as SiteError where error.kind == .badRequest && !sort.isEmpty {
      return try await page(.unfiltered(sort: [], offset: 0, limit: limit), &scanner)
    }
  }

  private func page(_ parameters: QueryParameters, _ scanner: inout PageScanner) async throws -> Answer {
    var sent = uptime()
    var known = scanner
    let answer = try await site.ask(
      SiteRequest(path: type.path, query: parameters.queryString), asked: { sent = uptime() },
      { response in
        let took = uptime() - sent
        let text = try SiteAnswer.documentText(of: response)
        var page = try known.page(text.bytes, from: type.path)
        if let names = otherNames(of: page, known) {
          known.call(names, of: type.name)
          page = try known.page(text.bytes, from: type.path)
        }
        return Answer(
          page: page, reasons: page.omitted.isEmpty ? [] : TypeExamination.reasons(text.bytes),
          milliseconds: max(0, took / 1_000_000))
      })
    scanner = known
    return answer
  }

  /// What the attributes are called, where a page shows that it is not as usual.
  private func otherNames(of page: ScannedPage, _ scanner: PageScanner) -> AttributeNames? {
    let whole = page.resources.filter { !$0.isLabelOnly }
    guard !whole.isEmpty, scanner.names(of: type.name) == nil,
      whole.allSatisfy({ $0.changed == nil || $0.internalID == nil })
    else { return nil }
    let names = AttributeSearch(whole, entityType: type.home.entityType).names
    return names.isUsual ? nil : names
  }

  /// Why resources were left out (reference 2.4): the sentence that all have is left away.
  static func reasons(_ document: [UInt8]) -> [String] {
    guard let links = (try? JSON(parsing: document))?["meta"]?["omitted"]?["links"]?.object else { return [] }
    let usual = "The current user is not allowed to GET the selected resource."
    var reasons: [String] = []
    for link in links.members where link.name != "help" && reasons.count < ShownType.mostReasons {
      guard let detail = link.value["meta"]?["detail"]?.string else { continue }
      let reason = SiteWords.tidy(detail.hasPrefix(usual) ? String(detail.dropFirst(usual.count)) : detail)
      if !reason.isEmpty, !reasons.contains(reason) { reasons.append(reason) }
    }
    return reasons
  }
}
