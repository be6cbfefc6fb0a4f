import Foundation
import JSONAPI
import Support

/// Who answers, and which recordings are asked of it.
enum Run: String, Sendable, CaseIterable {
  case managerOfLocalAPI = "LocalAPI, as a site manager"
  case memberOfLocalAPI = "LocalAPI, as a member"
  case managerOfSampleSite = "SampleSite, as a site manager"
  case writesOfLocalAPI = "LocalAPI, writes of a site manager"
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
        exchange.isAnonymous && exchange.path != "/jsonapi" && given.status == 401 && isRefusal(exchange, given)
      },
      DeliberateDifference(
        name: "page cache",
        reason: "the site lets caches keep anonymous answers for as long as its settings say; the mirror lets none",
        runs: [.managerOfLocalAPI]
      ) { exchange, given, difference in
        guard exchange.isAnonymous, given.fields["cache-control"] == "must-revalidate, no-cache, private" else {
          return false
        }
        let isKept = exchange.fields["cache-control"]?.hasPrefix("max-age=") == true
        return isKept && ["header cache-control", "header vary"].contains(difference.place)
      },
      DeliberateDifference(
        name: "omitted resources",
        reason: "what the account may not see is not in the mirror: pages are full, without meta.omitted",
        runs: [.managerOfLocalAPI, .memberOfLocalAPI]
      ) { exchange, given, difference in
        exchange.hasOmitted && showsTheSame(exchange, given) && facts.isOfRows(exchange, given, difference)
      },
      DeliberateDifference(
        name: "metatags",
        reason: "a metatag holds the URL of the request that first made the site render it, not the resource's",
        runs: [.managerOfLocalAPI, .managerOfSampleSite]
      ) { exchange, _, difference in
        exchange.group == "version" && difference.place.contains(".attributes.metatag[")
          && difference.text.components(separatedBy: " instead of ").allSatisfy { $0.hasPrefix(Exchange.base) }
      },
      DeliberateDifference(
        name: "refused filters",
        reason: "the site answers a filter on a type whose filters are closed to the account with no row; the mirror "
          + "carries it out",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, difference in
        exchange.url.contains("filter") && exchange.document?["data"] == []
          && facts.closedCollections.contains(exchange.path) && facts.isOfRows(exchange, given, difference)
      },
      DeliberateDifference(
        name: "filters through what is closed",
        reason: "the same, where a path leads through a type with closed filters",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, difference in
        exchange.group == "filter-rel" && exchange.document?["data"] == []
          && facts.isOfRows(exchange, given, difference)
      },
      DeliberateDifference(
        name: "counted but not shown",
        reason: "the site's offsets count the resources that it hides, the mirror's cannot",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, difference in
        exchange.url.contains("offset") && facts.isOfRows(exchange, given, difference)
          && facts.partlyHiddenCollections.union(facts.labelOnlyCollections).contains(exchange.path)
      },
      DeliberateDifference(
        name: "hidden values",
        reason:
          "the site sorts and filters by values that it does not show; of a label-only resource the mirror has no others",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, difference in
        (exchange.url.contains("filter") || exchange.url.contains("sort"))
          && facts.isOfRows(exchange, given, difference)
          && facts.labelOnlyCollections.contains(exchange.path)
      },
      DeliberateDifference(
        name: "not in the crawl",
        reason: "the account was shown a resource that no page of its crawl had: unsorted pages lose some",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, difference in
        facts.showsMore(exchange) && facts.isOfRows(exchange, given, difference)
      },
      DeliberateDifference(
        name: "refused fields",
        reason:
          "the site forbids filters on fields that the account may not see; every token of the mirror may read all",
        runs: [.memberOfLocalAPI]
      ) { exchange, given, difference in
        guard exchange.status == 403, exchange.url.contains("filter"),
          difference.place == "status" || difference.place == "header link", let got = try? JSON(parsing: given.body)
        else { return false }
        // What the mirror says of a path that only others may use is what it says of any bad path.
        if given.status == 400 {
          return got["errors"]?[0]?["detail"]?.string?.hasPrefix("Invalid nested filtering.") == true
        }
        return given.status == 200 && facts.isTrue(got, exchange)
      },
      DeliberateDifference(
        name: "roles in groups",
        reason: "which member of a group holds a role is in no document: there is nothing to answer from",
        runs: [.managerOfLocalAPI, .managerOfSampleSite]
      ) { exchange, given, difference in
        exchange.group == "filter-null" && exchange.url.contains("group_roles")
          && facts.isOfRows(exchange, given, difference)
      },
    ] + writes
  }

  /// Whether rows are the site's and in the site's order, on a first page before any others. Later pages begin elsewhere, for
  /// the site counts what it leaves out.
  private static func showsTheSame(_ exchange: Exchange, _ given: Given) -> Bool {
    guard let document = exchange.document, let got = try? JSON(parsing: given.body) else { return false }
    guard let recorded = document["data"]?.array, let rows = got["data"]?.array else { return false }
    if exchange.url.contains("offset") { return AccountFacts.isSameOrder(got, document) }
    return rows.count >= recorded.count && zip(rows, recorded).allSatisfy { $0 == $1 }
  }

  /// Whether an answer is the one refusal that callers without a token get.
  private static func isRefusal(_ exchange: Exchange, _ given: Given) -> Bool {
    let wanted = ErrorResponse.unauthorized(
      realm: "OAuth", request: RequestURI(base: Exchange.base, target: exchange.url))
    let isEmpty = exchange.method == "HEAD" && given.body.isEmpty
    return (isEmpty || given.body == wanted.body) && given.fields["www-authenticate"] == "Bearer realm=\"OAuth\""
      && given.fields["content-type"] == "application/vnd.api+json"
  }
}
