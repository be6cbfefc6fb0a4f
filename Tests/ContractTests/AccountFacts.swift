import Foundation
import JSONAPI
import Support

/// What the recordings tell of an account.
struct AccountFacts: Sendable {
  /// The paths of collections whose filters never gave the account a row.
  private(set) var closedCollections: Set<String> = []
  /// The paths of collections of which the crawl has a resource by its label alone.
  private(set) var labelOnlyCollections: Set<String> = []
  /// The paths of collections of which the crawl shows less than there is.
  private(set) var partlyHiddenCollections: Set<String> = []
  /// What the crawl shows, by type and id.
  private(set) var resources: [String: JSON] = [:]
  private var crawled: Set<String> = []

  init(_ exchanges: [Exchange], _ crawl: [RecordedCrawl.Page]) {
    let filtered = exchanges.filter { $0.url.contains("filter") && $0.status == 200 }
    let open = Set(filtered.filter { $0.document?["data"] != [] }.map(\.path))
    closedCollections = Set(filtered.map(\.path)).subtracting(open)
    for page in crawl where page.type != "entry" {
      let path = String(page.url.prefix { $0 != "?" })
      guard let document = try? JSON(parsing: page.body) else { continue }
      if document["meta"]?["omitted"] != nil { partlyHiddenCollections.insert(path) }
      for resource in document["data"]?.array ?? [] {
        if resource["relationships"] == nil { labelOnlyCollections.insert(path) }
        if let id = resource["id"]?.string {
          crawled.insert(id)
          resources["\(resource["type"]?.string ?? "")/\(id)"] = resource
        }
      }
    }
  }

  /// Whether an answer shows a resource that no page of the crawl has.
  func showsMore(_ exchange: Exchange) -> Bool {
    (exchange.document?["data"]?.array ?? []).contains { !crawled.contains($0["id"]?.string ?? "") }
  }
}
