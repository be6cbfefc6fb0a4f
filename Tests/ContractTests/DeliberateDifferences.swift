import JSONAPI
import Support

/// Who answers, and which recordings are asked of it.
enum Run: String, Sendable, CaseIterable {
  case managerOfLocalAPI = "LocalAPI, as a site manager"
  case memberOfLocalAPI = "LocalAPI, as a member"
  case managerOfSampleSite = "SampleSite, as a site manager"
}

/// A kind of difference that is meant to be, and why.
struct DeliberateDifference: Sendable {
  var name: String
  var reason: String
  var runs: Set<Run>
  /// Whether it explains one difference of an exchange's answer.
  var explains: @Sendable (Exchange, Given, Difference) -> Bool

  /// All there are. An entry that explains nothing any more fails the suite.
  static func all(_ facts: AccountFacts) -> [DeliberateDifference] {
    [
      DeliberateDifference(
        name: "anonymous reads",
        reason: "the mirror holds what the account may see, so without a token it shows its entry point only",
        runs: [.managerOfLocalAPI]
      ) { exchange, given, _ in
        exchange.isAnonymous && exchange.path != "/jsonapi" && given.status == 401
      },
      DeliberateDifference(
        name: "page cache",
        reason: "the site lets caches keep anonymous answers for as long as its settings say; the mirror lets none",
        runs: [.managerOfLocalAPI]
      ) { exchange, _, difference in
        exchange.isAnonymous && ["header cache-control", "header vary"].contains(difference.place)
      },
      DeliberateDifference(
        name: "omitted resources",
        reason: "what the account may not see is not in the mirror: pages are full, without meta.omitted",
        runs: [.managerOfLocalAPI, .memberOfLocalAPI]
      ) { exchange, given, difference in
        exchange.hasOmitted && given.status == 200 && showsTheSame(exchange, given)
          && [".members", ".data", ".meta", ".links", ".included"].contains { difference.place.hasPrefix($0) }
      },
      DeliberateDifference(
        name: "metatags",
        reason: "a metatag holds the URL of the request that first made the site render it, not the resource's",
        runs: [.managerOfLocalAPI, .managerOfSampleSite]
      ) { exchange, _, difference in
        exchange.group == "version" && difference.place.contains(".attributes.metatag[")
      },
      DeliberateDifference(
        name: "refused filters",
        reason: "the site answers a filter on a type whose filters are closed to the account with no row; the mirror "
          + "carries it out",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, _ in
        exchange.url.contains("filter") && exchange.status == 200 && given.status == 200
          && exchange.document?["data"] == [] && facts.closedCollections.contains(exchange.path)
      },
      DeliberateDifference(
        name: "filters through what is closed",
        reason: "the same, where a path leads through a type with closed filters",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, _ in
        exchange.group == "filter-rel" && exchange.status == 200 && given.status == 200
          && exchange.document?["data"] == []
      },
      DeliberateDifference(
        name: "counted but not shown",
        reason: "the site's offsets count the resources that it hides, the mirror's cannot",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, _ in
        exchange.url.contains("offset") && given.status == 200
          && facts.partlyHiddenCollections.union(facts.labelOnlyCollections).contains(exchange.path)
      },
      DeliberateDifference(
        name: "hidden values",
        reason:
          "the site sorts and filters by values that it does not show; of a label-only resource the mirror has no others",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, _ in
        (exchange.url.contains("filter") || exchange.url.contains("sort"))
          && exchange.status == 200 && given.status == 200
          && facts.labelOnlyCollections.contains(exchange.path)
      },
      DeliberateDifference(
        name: "not in the crawl",
        reason: "the account was shown a resource that no page of its crawl had: unsorted pages lose some",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, _ in
        given.status == 200 && exchange.status == 200 && facts.showsMore(exchange)
      },
      DeliberateDifference(
        name: "refused fields",
        reason:
          "the site forbids filters on fields that the account may not see; every token of the mirror may read all",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, _ in
        exchange.status == 403 && exchange.url.contains("filter") && [200, 400].contains(given.status)
      },
      DeliberateDifference(
        name: "roles in groups",
        reason: "which member of a group holds a role is in no document: there is nothing to answer from",
        runs: [.managerOfLocalAPI, .managerOfSampleSite]
      ) { exchange, _, _ in
        exchange.group == "filter-null" && exchange.url.contains("group_roles")
      },
    ]
  }

  /// Whether a first page shows the site's resources first and in the site's order. Later pages begin elsewhere, for the site
  /// counts what it leaves out.
  private static func showsTheSame(_ exchange: Exchange, _ given: Given) -> Bool {
    if exchange.url.contains("offset") { return true }
    guard let recorded = exchange.document?["data"]?.array, let got = try? JSON(parsing: given.body)["data"]?.array
    else {
      return false
    }
    return got.count >= recorded.count && zip(got, recorded).allSatisfy { $0["id"] == $1["id"] && $0 == $1 }
  }
}

/// What the recordings tell of an account.
struct AccountFacts: Sendable {
  /// The paths of collections whose filters never gave the account a row.
  private(set) var closedCollections: Set<String> = []
  /// The paths of collections of which the crawl has a resource by its label alone.
  private(set) var labelOnlyCollections: Set<String> = []
  /// The paths of collections of which the crawl shows less than there is.
  private(set) var partlyHiddenCollections: Set<String> = []
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
        if let id = resource["id"]?.string { crawled.insert(id) }
      }
    }
  }

  /// Whether an answer shows a resource that no page of the crawl has.
  func showsMore(_ exchange: Exchange) -> Bool {
    (exchange.document?["data"]?.array ?? []).contains { !crawled.contains($0["id"]?.string ?? "") }
  }
}
