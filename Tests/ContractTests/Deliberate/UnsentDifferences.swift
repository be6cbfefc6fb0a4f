import Foundation
import JSONAPI
import Support

extension DeliberateDifference {
  /// An entry for documents of writes that have not reached the site yet, where both answer with the same success.
  /// - Parameters:
  ///   - paths: with what the exchanges' paths begin.
  ///   - explains: whether it explains a difference at a place, with this text.
  private static func document(
    _ name: String, _ reason: String, in paths: [String] = ["/jsonapi/"],
    _ explains: @escaping @Sendable (_ place: String, _ text: String) -> Bool
  ) -> DeliberateDifference {
    DeliberateDifference(name: name, reason: reason, runs: [.writesOfLocalAPI]) { exchange, given, difference in
      exchange.status == given.status && given.status < 300 && paths.contains { exchange.path.hasPrefix($0) }
        && explains(difference.place, difference.text)
    }
  }

  private static let isNull = "null instead of "

  /// Members of documents of writes that have not reached the site yet.
  static let unsent: [DeliberateDifference] = [
    document("numbers", "serial and revision numbers are the site's; until it has given them they are null") {
      place, text in
      place.split(separator: ".").last?.hasPrefix("drupal_internal__") == true && text.hasPrefix(isNull)
    },
    document("versions in links", "a link names the revision, which only the site knows") { place, text in
      guard place == "header location" || place.contains(".links.") else { return false }
      let sides = text.components(separatedBy: " instead of ")
      guard sides.count == 2, sides[1].contains("?resourceVersion=id%3A") else { return false }
      // All but the revision is the same.
      return sides.map { $0.prefix { $0 != "?" } }.allSatisfy { $0 == sides[0].prefix { $0 != "?" } }
    },
    document("processed text", "the site makes it of what was written; null until then") { place, text in
      place.hasSuffix(".processed") && text.hasPrefix(isNull)
    },
    document("metatags of what was written", "the site makes them of what was written") { place, _ in
      place.contains(".attributes.metatag")
    },
    document("names of places in groups", "the site's module makes them", in: ["/jsonapi/group_content/"]) { place, _ in
      place == ".data.attributes.label"
    },
    document("owners of places in groups", "the site's module sets them", in: ["/jsonapi/group_content/"]) { place, _ in
      place.hasPrefix(".data.relationships.uid.data.")
    },
    document("threads", "the number of a comment in its thread is the site's", in: ["/jsonapi/comment/"]) { place, _ in
      place == ".data.attributes.thread"
    },
    document("names of profiles", "the site's module makes them", in: ["/jsonapi/profile/"]) { place, _ in
      place == ".data.attributes.profile_name[0]"
    },
    document("aliases", "the number and the language of an alias are the site's") { place, _ in
      [".data.attributes.path.pid", ".data.attributes.path.langcode"].contains(place)
    },
    document("comment counters", "the site counts, once something is saved") { place, _ in
      place.contains("_comments.") && !place.hasSuffix(".status")
    },
    document("time zones", "that of a new user is the site's to set", in: ["/jsonapi/user/"]) { place, _ in
      place == ".data.attributes.timezone"
    },
    document(
      "addresses", "the site adds the members that the country's addresses have, without values",
      in: ["/jsonapi/profile/"]
    ) {
      place, text in place == ".data.attributes.field_profile_address" && text.hasPrefix("members ")
    },
    document("places of files", "where a file lies, and under which name when another has it, the site decides") {
      place, _ in
      [".uri.value", ".uri.url", ".filename"].contains { place.hasSuffix(".attributes" + $0) }
    },
    document("measures of pictures", "the site measures pictures, and writes texts that nobody gave as null") {
      place, _ in
      place.hasSuffix("_image.data.meta")
    },
    document("profiles of new users", "the site makes them with the user", in: ["/jsonapi/user/"]) { place, _ in
      place == ".data.relationships.profile_profiles.data"
    },
    DeliberateDifference(
      name: "lists of profiles of new users", reason: "the same: none is here before the site has made it",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      exchange.group == "user" && exchange.path == "/jsonapi/profile/profile" && difference.place == ".data"
        && exchange.status == given.status && (try? JSON(parsing: given.body))?["data"] == []
    },
    document("seconds", "the recorded site took up to a second from the request to the time it wrote down") {
      place, text in
      guard place.contains(".attributes."), let mark = text.firstRange(of: " instead of "),
        let one = RFC3339.unixSeconds(String(text[..<mark.lowerBound])),
        let other = RFC3339.unixSeconds(String(text[mark.upperBound...]))
      else { return false }
      return abs(one - other) <= 1
    },
    DeliberateDifference(
      name: "visits", reason: "the recording's own visits to the site moved its account's last access",
      runs: [.writesOfLocalAPI]
    ) { exchange, given, difference in
      difference.place.hasSuffix(".attributes.access") && exchange.status == given.status
        && (exchange.group == "keyset" || exchange.url.contains("include"))
    },
  ]
}
