import JSONAPI

extension GridExcuse {
  /// Where one request has two faults, or the site fails.
  static let faults: [GridExcuse] = [
    GridExcuse(
      "unknown attributes",
      why: "where the site fails with 500 on an attribute that the type does not have, 422 in its own form",
      about: { $0.method == "PATCH" && $0.setsMembers },
      at: { $0.place == "status" },
      holds: { exchange, _, _ in
        guard exchange.site.status == 500, exchange.local.status == 422, let site = exchange.siteSays.first,
          exchange.localSays.count == 1
        else { return false }
        let name = site.detail.dropFirst("Field ".count).prefix { $0 != " " }
        return site.detail == "Field \(name) is unknown."
          && exchange.localSays[0].detail
            == "The attribute \(name) does not exist on the \(exchange.written.type) resource type."
      }),
    GridExcuse(
      "fields that take no files",
      why: "where the site fails with 500 on a field of another kind, 422 with its own words",
      about: { $0.name.hasPrefix("upload ") },
      pairs: [
        GridPair(
          [500], ["The file \"…\" is not a file field could not be accessed"], [422],
          ["The file \"…\" is not a file field could not be accessed"])
      ]),
    GridExcuse(
      "closed fields before others",
      why: "the sample site refuses a closed field where it stands, the mirror after all values were read",
      least: 12_000, about: { $0.setsMembers },
      pairs: [
        GridPair(
          [403], ["The current user is not allowed to … the selected field (…)…"], [400, 404, 422],
          [
            "The specified date \"…\" is not in an accepted format: …",
            "The property '…' does not exist on the '…' field of type '…'. …",
            "The attribute … does not exist on the … resource type.",
            "The selected entity (…) does not match the ID in the payload (…).",
          ]),
        GridPair(
          [400, 422, 500],
          [
            "The specified date \"…\" is not in an accepted format: …",
            "…: The value you selected is not a valid choice.",
            "…: This value should not be null.", "…: may not be longer than 255 characters.",
          ], [403], ["The current user is not allowed to … the selected field (…)…"]),
        GridPair([200, 201], [], [403], ["The current user is not allowed to … the selected field (…)…"]),
        GridPair(
          [400], GridExchange.includeFaults, [403], ["The current user is not allowed to … the selected field (…)…"]),
      ]),
    GridExcuse(
      "lengths of names and addresses",
      why: "how long the name of an account or the address of an enrollment may be is for the site to say",
      least: 12_000,
      about: { $0.setsMembers && ["user--user", "event_enrollment--event_enrollment"].contains($0.type) },
      pairs: [
        GridPair([422], ["…: may not be longer than 255 characters."], [200, 201], []),
        GridPair([422], ["…: may not be longer than 255 characters."], [400], GridExchange.includeFaults),
      ]),
    GridExcuse(
      "types of targets that were seen",
      why:
        "what a relationship may lead to the mirror knows by the site's description, the sample site by what it holds",
      least: 12_000, about: { $0.relationship != nil },
      pairs: [
        GridPair(
          [400], ["The provided type (…) does not match the destination resource types (…)."], [400],
          ["The provided type (…) does not match the destination resource types (…)."])
      ]),
  ]
}
