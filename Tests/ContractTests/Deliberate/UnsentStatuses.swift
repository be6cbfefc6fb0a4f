import Foundation
import JSONAPI
import Support

extension DeliberateDifference {
  /// Other statuses where writes have not reached the site yet: then the whole answer is the one that is named here.
  static let unsentStatuses: [DeliberateDifference] = [
    DeliberateDifference(
      name: "users that are gone before they came",
      reason: "the site blocks a user that is deleted; one that it was never told of is not here any more",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, _ in
      exchange.group == "user" && exchange.method == "GET" && exchange.path.hasPrefix("/jsonapi/user/user/")
        && exchange.document?["data"]?["attributes"]?["status"] == false && given.status == 404
        && details(given) == [
          "The \"entity\" parameter was not converted for the path \"/jsonapi/user/user/{entity}\" "
            + "(route name: \"jsonapi.user--user.individual\")"
        ]
    },
    DeliberateDifference(
      name: "tokens of its own",
      reason: "saving a user on the site ends the site's tokens; the mirror's go on",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, _ in
      guard exchange.status == 401, exchange.group == "revoked", given.status == 200,
        let document = try? JSON(parsing: given.body), let rows = document["data"]?.array
      else { return false }
      // What the site would have shown is not recorded: it is the collection that was asked for.
      return document["links"]?["self"]?["href"]?.string == Exchange.base + exchange.url
        && rows.allSatisfy { "/jsonapi/" + ($0["type"]?.string ?? "").replacing("--", with: "/") == exchange.path }
    },
    DeliberateDifference(
      name: "anonymous writes",
      reason: "without a token nothing is said of what exists, not even that it does not",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, _ in
      exchange.isAnonymous && exchange.status == 404 && given.status == 401 && isRefusal(exchange, given)
    },
    DeliberateDifference(
      name: "faults of the site",
      reason:
        "where the site fails with 500 on a bad write, 422 in its own error form, with its words where they are for clients",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      guard exchange.status == 500, given.status == 422, difference.place == "fault" else { return false }
      let recorded = exchange.document?["errors"]?[0]?["detail"]?.string ?? ""
      let name = recorded.dropFirst("Field ".count).prefix { $0 != " " }
      let own =
        recorded == "Field \(name) is unknown."
        ? "The attribute \(name) does not exist on the node--topic resource type." : recorded
      return details(given) == [own]
    },
  ]

  /// What the errors of an answer say.
  private static func details(_ given: Given) -> [String] {
    ((try? JSON(parsing: given.body))?["errors"]?.array ?? []).compactMap { $0["detail"]?.string }
  }
}
