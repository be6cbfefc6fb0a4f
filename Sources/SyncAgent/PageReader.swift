import JSONAPI
import Upstream

/// Asks the site for documents and scans them.
struct PageReader: Sendable {
  let site: Site
  var scanner: PageScanner
  /// Looks after names where the pages are all of one type.
  var naming: PageNaming?
  /// How many requests were made, repetitions counted.
  private(set) var requests = 0
  /// What came back, in bytes of decoded content.
  private(set) var bytes = 0
  /// When the oldest of the answers was made, by the site's `Date`: what was read is known until then and no longer.
  private(set) var oldest: Int64?

  init(site: Site, scanner: PageScanner) {
    self.site = site
    self.scanner = scanner
  }

  /// A page of a collection, or a single resource as a page of one.
  /// - Parameter isFresh: whether no cache may answer, for what decides about one resource.
  mutating func page(
    _ path: String, _ parameters: QueryParameters? = nil, isFresh: Bool = false
  ) async throws -> ScannedPage {
    var scanner = self.scanner
    var naming = self.naming
    var asked = 0
    var received = 0
    defer {
      self.scanner = scanner
      self.naming = naming
      requests += asked
      bytes += received
    }
    var request = SiteRequest(path: path, query: (naming?.query(parameters, scanner) ?? parameters)?.queryString)
    if isFresh { request = request.pastCaches(site.freshNumber()) }
    var date: Int64?
    var page = try await site.ask(
      request, asked: { asked += 1 },
      { response in
        received += response.body.count
        date = response.date
        let text = try SiteAnswer.documentText(of: response)
        var page = try naming?.page(text.bytes, from: path, &scanner) ?? scanner.page(text.bytes, from: path)
        page.surroundings = text.surroundings
        return page
      })
    page.madeAt = date
    if let date { oldest = min(oldest ?? date, date) }
    return page
  }
}
