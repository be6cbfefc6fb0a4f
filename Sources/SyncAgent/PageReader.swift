import JSONAPI
import Upstream

/// Asks the site for documents and scans them.
struct PageReader: Sendable {
  let site: Site
  var scanner: PageScanner
  /// How many requests were made, repetitions counted.
  private(set) var requests = 0
  /// What came back, in bytes of decoded content.
  private(set) var bytes = 0

  init(site: Site, scanner: PageScanner) {
    self.site = site
    self.scanner = scanner
  }

  /// A page of a collection, or a single resource as a page of one.
  mutating func page(_ path: String, _ parameters: QueryParameters? = nil) async throws -> ScannedPage {
    var scanner = self.scanner
    var asked = 0
    var received = 0
    defer {
      self.scanner = scanner
      requests += asked
      bytes += received
    }
    return try await site.ask(
      SiteRequest(path: path, query: parameters?.queryString), asked: { asked += 1 },
      { response in
        received += response.body.count
        return try scanner.page(SiteAnswer.document(of: response))
      })
  }
}
