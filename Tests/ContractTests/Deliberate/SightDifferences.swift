import Foundation
import JSONAPI
import Support

extension DeliberateDifference {
  /// Rows: what the account may not see is not in the mirror, and what the site does with it cannot be done here.
  static func sight(_ facts: AccountFacts) -> [DeliberateDifference] {
    [
      DeliberateDifference(
        name: "omitted resources",
        reason: "what the account may not see is not in the mirror: pages are full, without meta.omitted",
        runs: [.managerOfLocalAPI, .memberOfLocalAPI]
      ) { exchange, given, difference in
        exchange.hasOmitted && showsTheSame(exchange, given) && facts.isOfRows(exchange, given, difference)
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
    ]
  }
}
