import JSONAPI

extension GridExcuse {
  private static let wrongKinds = [
    "…: This value should be of the correct primitive type.", "…: this field cannot hold more than 1 values.",
    "The specified date \"…\" is not in an accepted format: …",
    "The property '…' does not exist on the '…' field of type '…'. …",
  ]

  private static let wrongTargets = [
    "….target_id: This entity (…) cannot be referenced.",
    "….target_id: The referenced entity (…) does not exist.", "…: this field cannot hold more than 1 values.",
    "…: This value should be of the correct primitive type.",
  ]

  /// Values that are of another kind than the field's: the sample site stores what it gets, the mirror refuses it as a real site does.
  static let kinds: [GridExcuse] = [
    GridExcuse(
      "values of another kind", why: "the sample site takes values of every kind",
      about: { $0.setsMembers },
      pairs: [
        GridPair([200, 201], [], [422], wrongKinds), GridPair([400], GridExchange.includeFaults, [422], wrongKinds),
      ]),
    GridExcuse(
      "targets of another type", why: "the sample site lets a relationship in a document lead anywhere",
      about: { $0.setsMembers },
      pairs: [
        GridPair([200, 201], [], [422], wrongTargets), GridPair([400], GridExchange.includeFaults, [422], wrongTargets),
      ]),
    GridExcuse(
      "members that are no objects", why: "the sample site takes `attributes` that are none for no attributes",
      about: { $0.name.hasSuffix(" members") || $0.name.hasPrefix("body ") },
      pairs: [
        GridPair(
          [400, 404, 422],
          [
            "…: This value should not be null.",
            "The resource identified by `…` (given as a relationship item) could not be found.",
          ] + GridExchange.includeFaults, [400], ["The \"…\" of a resource object must be an object."]),
        GridPair([200, 201], [], [400], ["The \"…\" of a resource object must be an object."]),
      ]),
    GridExcuse(
      "relationships that the type does not have",
      why: "ignored by the sample site, by a real one and here refused where a resource is changed",
      least: 12_000, about: { $0.method == "PATCH" && $0.setsMembers },
      pairs: [
        GridPair([200], [], [422], ["The attribute … does not exist on the … resource type."]),
        GridPair(
          [400], GridExchange.includeFaults, [422], ["The attribute … does not exist on the … resource type."]),
      ]),
    GridExcuse(
      "numbers as texts", why: "a serial number that is sent back as a text is the same one here",
      about: { $0.method == "PATCH" && $0.setsMembers },
      pairs: [
        GridPair([403], ["The current user is not allowed to PATCH the selected field (…)…"], [200], [])
      ]),
    GridExcuse(
      "forms of values", why: "what both take of another kind, the sample site shows as it was sent",
      about: { $0.setsMembers }, at: { $0.member != nil },
      holds: { exchange, difference, _ in exchange.written.sentMembers.contains(difference.member ?? "") }),
  ]
}

extension WriteCase {
  /// Whether it is the creation or the change of a resource, by a document.
  var setsMembers: Bool { relationship == nil && ["create ", "patch ", "body "].contains { name.hasPrefix($0) } }
}
