import JSONAPI

extension GridExcuse {
  /// Values that nobody gave.
  static let defaults: [GridExcuse] = [
    GridExcuse(
      "defaults of configured fields",
      why: "what a new resource has where nobody gave a value is configured on the site",
      about: { $0.method == "POST" && $0.relationship == nil },
      at: { $0.member?.hasPrefix("field_") == true },
      holds: { exchange, difference, _ in
        exchange.site.status == 201 && !exchange.written.sentMembers.contains(difference.member ?? "")
      }),
    GridExcuse(
      "defaults of core fields",
      why: "the language, the time zone and the log message of a new resource are the site's to set",
      about: { $0.method == "POST" && $0.relationship == nil },
      at: { ["langcode", "default_langcode", "revision_log_message", "timezone"].contains($0.member ?? "") },
      holds: { exchange, difference, _ in
        exchange.site.status == 201 && !exchange.written.sentMembers.contains(difference.member ?? "")
      }),
    GridExcuse(
      "members of which no others tell",
      why:
        "what nobody gave a new resource shows what nearly all others of its type have, else nothing: some are deleted",
      least: 12_000, about: { $0.method == "POST" && $0.relationship == nil }, at: { $0.member != nil },
      holds: { exchange, difference, memory in
        let local = difference.local?["data"] ?? difference.local ?? .null
        let isNothing = [.null, [], false].contains(local)
        return memory.hasDeletions && isNothing && exchange.site.status == 201
          && !exchange.written.sentMembers.contains(difference.member ?? "")
      }),
    GridExcuse(
      "owners of what modules make", why: "whose a place in a group or an account's profile is, the site's modules say",
      about: { written in
        written.method == "POST" && ["group_content--", "profile--"].contains { written.type.hasPrefix($0) }
      },
      at: { $0.place.hasPrefix(".data.relationships.uid.data") || $0.place == ".included" },
      holds: { exchange, difference, _ in
        let included = difference.site?["type"] ?? difference.local?["type"]
        return !exchange.written.sentMembers.contains("uid")
          && (difference.place != ".included" || included == "user--user")
      }),
    GridExcuse(
      "times of saving",
      why: "the sample site moves `changed` where this side saw nothing to save, and the other way round",
      about: { ["PATCH", "POST"].contains($0.method) }, at: { $0.member == "changed" },
      holds: { _, difference, _ in
        let times = [difference.site, difference.local].compactMap { $0?.string.flatMap { RFC3339.unixSeconds($0) } }
        return times.count == 2
      }),
  ]
}
