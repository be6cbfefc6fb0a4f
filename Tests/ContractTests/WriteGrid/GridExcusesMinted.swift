import JSONAPI

extension GridExcuse {
  /// What only the site can make: until it has, there is nothing here, or what was there before.
  static let minted: [GridExcuse] = [
    GridExcuse(
      "serial and revision numbers", why: "they are the site's; null here until it has given them",
      at: { $0.name.hasPrefix("drupal_internal__") && $0.place.contains(".attributes.") },
      holds: { exchange, difference, _ in
        guard difference.site?.integer != nil else { return false }
        let isRevision = ["drupal_internal__vid", "drupal_internal__revision_id"].contains(difference.name)
        // Saving makes a new revision there.
        return difference.local?.isNull ?? true || isRevision && exchange.written.method != "POST"
          || isRevision && exchange.written.name.hasPrefix("upload ")
      }),
    GridExcuse(
      "measures of pictures", why: "the site measures pictures, and writes texts of files as null that nobody gave",
      at: { ["meta", "alt", "title", "width", "height", "display", "description"].contains($0.name) },
      holds: { exchange, difference, _ in
        let place = difference.place + (exchange.written.relationship ?? "")
        guard ["_image", "_files", "_picture"].contains(where: place.contains) else { return false }
        return difference.name == "meta" ? difference.local == nil : difference.local?.isNull ?? true
      }),
    GridExcuse(
      "versions in links", why: "a link names the revision that only the site knows, and the id that it has minted",
      at: { ".\($0.place).".contains(".links.") },
      holds: { exchange, difference, _ in
        guard let site = difference.site?.string else { return false }
        let place = plain(site, idsOf: exchange.site)
        return difference.local?.string.map { plain($0, idsOf: exchange.local) == place } ?? false
      }),
    GridExcuse(
      "ids that the client left to the server", why: "each mints its own", about: { $0.leavesID },
      at: { [".data.id", ".data[].id"].contains($0.place) },
      holds: { exchange, difference, _ in
        exchange.written.method == "POST" && difference.site?.string?.utf8.count == 36
          && difference.local?.string?.utf8.count == 36
      }),
    GridExcuse(
      "processed text", why: "the site makes it of what was written; null until then",
      at: { $0.name == "processed" }, holds: { _, difference, _ in difference.local?.isNull ?? true }),
    GridExcuse(
      "metatags", why: "the site makes them of what was written", least: 12_000,
      at: { $0.member == "metatag" }, holds: { _, _, _ in true }),
    GridExcuse(
      "names that modules make",
      why: "what a place in a group, a profile or an account is called, and the number of a comment in its thread",
      at: { ["label", "thread", "profile_name", "display_name"].contains($0.member ?? "") },
      holds: { exchange, difference, _ in
        let types = [
          "label": "group_content--", "thread": "comment--", "profile_name": "profile--", "display_name": "user--",
        ]
        let isOwn = types[difference.member ?? ""].map { exchange.written.type.hasPrefix($0) } ?? false
        return isOwn || difference.place.hasPrefix(".included")
      }),
    GridExcuse(
      "places of files", why: "where a file lies, and under which name when another has it, the site decides",
      at: { ["uri", "filename"].contains($0.member ?? "") },
      holds: { exchange, _, _ in exchange.written.name.hasPrefix("upload ") || exchange.written.type == "file--file" }),
    GridExcuse(
      "comment counters", why: "the site counts, once something is saved",
      at: { $0.member?.hasSuffix("_comments") == true }, holds: { _, difference, _ in difference.name != "status" }),
  ]

  /// A link without a revision, and with the places of the answer's resources for their ids.
  private static func plain(_ link: String, idsOf given: Given) -> String {
    let data = (try? JSON(parsing: given.body))?["data"]
    var text = link
    for (place, resource) in (data?.array ?? [data].compactMap(\.self)).enumerated() {
      if let id = resource["id"]?.string, !id.isEmpty { text = text.replacing(id, with: "ID\(place)") }
    }
    guard let mark = text.firstRange(of: "resourceVersion=id%3A") else { return text }
    let rest = text[mark.upperBound...].drop { $0.isNumber }
    let head = String(text[..<mark.lowerBound].dropLast())
    // What stood before the revision stands before what comes behind it.
    return rest.isEmpty ? head : head + text[..<mark.lowerBound].suffix(1) + rest.dropFirst()
  }
}
