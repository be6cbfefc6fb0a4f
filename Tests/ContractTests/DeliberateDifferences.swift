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

extension DeliberateDifference {
  /// Of writes that have not reached the site yet.
  private static let writes = [
    DeliberateDifference(
      name: "numbers",
      reason:
        "serial and revision numbers are the site's; until it has given them they are null, and links have no version",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      guard exchange.status == given.status, given.status < 300 else { return false }
      let place = difference.place
      let member = place.split(separator: ".").last ?? ""
      let isVersion =
        (place == "header location" || place.contains(".links.")) && difference.text.contains("?resourceVersion=id%3A")
      let isNumber = member.hasPrefix("drupal_internal__") && difference.text.hasPrefix("null instead of ")
      let isTarget = place.hasSuffix(".data") && difference.text.hasPrefix("members [\"type\", \"id\"] instead of")
      return isVersion || isNumber || isTarget && place.contains(".relationships.")
    },
    DeliberateDifference(
      name: "processed text and metatags",
      reason: "the site makes them of what was written; processed text is null until then",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      exchange.status == given.status && given.status < 300
        && (difference.place.contains(".attributes.metatag")
          || difference.place.hasSuffix(".processed") && difference.text.hasPrefix("null instead of "))
    },
    DeliberateDifference(
      name: "what modules make",
      reason:
        "what a place in a group or a profile is called and whose it is, the number of a comment in its thread, and "
        + "of an alias, the statistics of comments, a new user's time zone",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      let places = [
        ".data.attributes.label", ".data.attributes.thread", ".data.attributes.profile_name[0]",
        ".data.attributes.path.pid",
        ".data.attributes.path.langcode",
      ]
      let isPlace =
        exchange.group == "membership" && difference.place.hasPrefix(".data.relationships.uid.data.")
        || difference.place.contains("_comments.") || difference.place == ".data.attributes.timezone"
      return exchange.status == given.status && (places.contains(difference.place) || isPlace)
    },
    DeliberateDifference(
      name: "addresses",
      reason: "the site adds the members that the country's addresses have, without values",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      exchange.method == "PATCH" && given.status == 200 && difference.place == ".data.attributes.field_profile_address"
    },
    DeliberateDifference(
      name: "places of files",
      reason: "where a file lies, and under which name when another has it, the site decides; it measures pictures",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      exchange.status == given.status
        && ([".uri.value", ".uri.url", ".filename"].contains { difference.place.hasSuffix(".attributes" + $0) }
          || difference.place.hasSuffix("_image.data.meta"))
    },
    DeliberateDifference(
      name: "made with others",
      reason:
        "profiles that the site makes with users, and blocks of users it was never told of, are not here before it",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      exchange.group == "user"
        && (exchange.path == "/jsonapi/profile/profile" && difference.place == ".data" || given.status == 404
          || difference.place == ".data.relationships.profile_profiles.data")
    },
    DeliberateDifference(
      name: "tokens of its own",
      reason: "saving a user on the site ends the site's tokens; the mirror's go on",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, _ in exchange.status == 401 && exchange.group == "revoked" && given.status == 200 },
    DeliberateDifference(
      name: "anonymous writes",
      reason: "without a token nothing is said of what exists, not even that it does not",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, _ in exchange.isAnonymous && exchange.status == 404 && given.status == 401 },
    DeliberateDifference(
      name: "faults of the site",
      reason: "where the site fails with 500 on a bad write, 422 in its own error form",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in exchange.status == 500 && given.status == 422 && difference.place == "fault" },
    DeliberateDifference(
      name: "seconds", reason: "the recorded site took up to a second from the request to the time it wrote down",
      runs: [.writesOfLocalAPI]
    ) { _, _, difference in
      guard difference.place.contains(".attributes."), let mark = difference.text.firstRange(of: " instead of "),
        let one = RFC3339.unixSeconds(String(difference.text[..<mark.lowerBound])),
        let other = RFC3339.unixSeconds(String(difference.text[mark.upperBound...]))
      else { return false }
      return abs(one - other) <= 1
    },
    DeliberateDifference(
      name: "visits", reason: "the recording's own visits to the site moved its account's last access",
      runs: [.writesOfLocalAPI]
    ) { exchange, _, difference in
      difference.place.hasSuffix(".attributes.access")
        && (exchange.group == "keyset" || exchange.url.contains("include"))
    },
  ]
}

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

/// Differences between the sample site and the local API over the same community, when the same write is asked of both and
/// nothing has reached the site yet.
enum DeliberateGridDifference: String, CaseIterable {
  case minted = "what only the site can make"
  case dependents = "what the site's modules delete or make with others"
  case kinds = "the sample site takes values of every kind"
  case defaults = "those of configured fields are the site's"
  case order = "one of two faults of one request"
  case anonymous = "the mirror shows nothing without a token"
  case closed = "relationships to what the site does not show cannot be edited"
  case endings = "which files a field takes is for the site to say"
  case faults = "where the site fails with 500"
  case times = "the sample site moves a changed of its own"

  /// Whether it explains one difference of two answers.
  func explains(_ written: WriteCase, _ site: Given, _ local: Given, _ difference: Difference) -> Bool {
    let (place, isSame) = (difference.place, site.status == local.status)
    switch self {
    case .minted: return isSame && site.status < 300 && DeliberateGridDifference.isMinted(place)
    case .dependents:
      if site.status == 404, local.status != 404, local.status < 500 { return true }
      // What went along there is gone there, and its UUID free; here it follows.
      let isTied = ["/group_content/", "/event_enrollment/", "/comment/"].contains { written.target.contains($0) }
      if isTied, site.status == 404, local.status == 404 { return difference.text.contains("was not converted") }
      if isTied, site.status == 201, local.status == 409 { return true }
      let isBroken = difference.text.contains("\"missing\"") || difference.text.contains("\"unknown\"")
      return isSame && (isBroken || place.contains(".included") || place.contains(".relationships.uid.data"))
    case .kinds:
      if written.name.contains("drupal_internal"), site.status == 403, local.status == 200 { return true }
      let isOdd = ["attribute", "title", "members", "relationship", "body"].contains { written.name.contains($0) }
      return isOdd && (site.status < 300 || isSame) && [200, 201, 400, 422].contains(local.status)
    case .defaults:
      // An odd value that one of both took earlier is nobody's default.
      let odd = ["langcode", "revision_log_message", "default_langcode", "timezone"].map { ".attributes." + $0 }
      let isField = place.contains(".attributes.field_") || place.contains(".relationships.field_")
      return isSame && (isField || place.contains(".attributes.path.") || odd.contains { place.hasSuffix($0) })
    case .order:
      let isMixed =
        ["changed", "drupal_internal", "unknown type"].contains { written.name.contains($0) }
        || written.target.contains("?")
      return isMixed && site.status >= 400 && local.status >= 400 && !isSame
    case .anonymous: return written.isAnonymous && local.status == 401
    case .closed:
      return local.status == 403 && [204, 400, 409].contains(site.status)
        && difference.text.contains("not allowed to edit this relationship")
    case .endings:
      return written.name.hasPrefix("upload") && written.target.contains("_files") && [200, 201].contains(local.status)
    case .faults: return site.status == 500 && local.status == 422
    case .times:
      return isSame && place.hasSuffix(".attributes.changed") || difference.text.contains("selected field (changed)")
    }
  }

  /// Whether a place in a successful document holds what only the site can make: serial and revision numbers, and the links
  /// and times that go with them; processed text; UUIDs that the client left to the site.
  private static func isMinted(_ place: String) -> Bool {
    let parts = place.split(separator: ".")
    let last = parts.last.map(String.init) ?? ""
    let names = [
      "processed", "metatag", "label", "thread", "profile_name", "profile_name[]", "filename", "display_name",
    ]
    if names.contains(last) || last.hasPrefix("drupal_internal__") || parts.contains("links") { return true }
    if place == ".data.id" || place == ".data[].id" { return true }
    return ["_comments", ".attributes.uri", ".meta"].contains { place.contains($0) }
  }
}
