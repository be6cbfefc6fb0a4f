import Foundation
import JSONAPI
import Support

extension DeliberateDifference {
  /// Of writes that have not reached the site yet.
  static let writes: [DeliberateDifference] = [
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
