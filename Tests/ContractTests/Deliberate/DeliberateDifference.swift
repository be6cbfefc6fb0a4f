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

/// One difference that is meant to be: which member, status or header field, in which exchanges, and why. Each difference of an answer
/// needs an excuse of its own, so all the rest of it is compared.
struct DeliberateDifference: Sendable {
  var name: String
  var reason: String
  var runs: Set<Run>
  /// Whether it explains this difference of an exchange's answer, and no other.
  var explains: @Sendable (Exchange, Given, Difference) -> Bool

  /// All there are. An entry that explains nothing any more fails the suite.
  static func all(_ facts: AccountFacts) -> [DeliberateDifference] {
    Array([doors(), sight(facts), rendered(), unsent, unsentStatuses].joined())
  }

  /// Whether rows are the site's and in the site's order, on a first page before any others. Later pages begin elsewhere, for
  /// the site counts what it leaves out.
  static func showsTheSame(_ exchange: Exchange, _ given: Given) -> Bool {
    guard let document = exchange.document, let got = try? JSON(parsing: given.body) else { return false }
    guard let recorded = document["data"]?.array, let rows = got["data"]?.array else { return false }
    if exchange.url.contains("offset") { return AccountFacts.isSameOrder(got, document) }
    return rows.count >= recorded.count && zip(rows, recorded).allSatisfy { $0 == $1 }
  }

  /// Whether an answer is the one refusal that callers without a token get.
  static func isRefusal(_ exchange: Exchange, _ given: Given) -> Bool {
    let wanted = ErrorResponse.unauthorized(
      realm: "OAuth", request: RequestURI(base: Exchange.base, target: exchange.url))
    let isEmpty = exchange.method == "HEAD" && given.body.isEmpty
    return (isEmpty || given.body == wanted.body) && given.fields["www-authenticate"] == "Bearer realm=\"OAuth\""
      && given.fields["content-type"] == "application/vnd.api+json"
  }
}
