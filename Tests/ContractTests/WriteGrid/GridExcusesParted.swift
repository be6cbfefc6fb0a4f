import JSONAPI

extension GridExcuse {
  private static let tied = ["comment--", "group_content--", "event_enrollment--", "profile--"]

  /// What earlier writes of the same grid have done on one of both sides.
  static let parted: [GridExcuse] = [
    GridExcuse(
      "gone along",
      why:
        "the site deletes comments, places in groups and enrollments with what they belong to; here they go with the "
        + "site's next answer",
      at: { $0.place == "status" || $0.place == "errors" },
      holds: { exchange, _, memory in
        let isAnswer = exchange.local.status < 500 || exchange.local.status == 501
        guard memory.hasDeletions, exchange.site.status == 404, isAnswer else { return false }
        let isTied = tied.contains { exchange.written.type.hasPrefix($0) }
        // Answers to HEAD say nothing.
        return isTied
          && (exchange.written.method == "HEAD"
            || GridPair.fit(exchange.siteSays, ["The \"entity\" parameter was not converted for the path …"]))
      }),
    GridExcuse(
      "ids that are free again",
      why: "the id of what was deleted, or went along, can be given anew there; here when the site has deleted it",
      about: { $0.method == "POST" && $0.setsMembers }, at: { $0.place == "status" },
      holds: { exchange, _, memory in
        let isFree =
          memory.isDeleted(exchange.written.resource)
          || memory.hasDeletions && tied.contains { exchange.written.type.hasPrefix($0) }
        return isFree && GridPair([201], [], [409], ["Conflict: Entity already exists."]).fits(exchange)
      }),
    GridExcuse(
      "targets that are there again", why: "the same: what points to what was made anew there is refused here",
      least: 12_000, at: { $0.place == "status" },
      holds: { exchange, _, memory in
        let gone = [
          "The resource identified by `…` (given as a relationship item) could not be found.",
          "The targeted `…` resource with ID `…` does not exist.",
        ]
        guard exchange.site.status < 300, GridPair.fit(exchange.localSays, gone), exchange.localSays.count == 1
        else { return false }
        return exchange.localSays[0].detail.split { !$0.isHexDigit && $0 != "-" }.contains {
          memory.isDeleted(String($0))
        }
      }),
    GridExcuse(
      "targets that went along", why: "the same: what points to them is refused there", least: 12_000,
      at: { $0.place == "status" || $0.place == "errors" },
      holds: { exchange, _, memory in
        memory.hasDeletions && [400, 404].contains(exchange.site.status) && exchange.local.status < 500
          && exchange.siteSays.count == 1
          && (tied.map { "The resource identified by `\($0)…` (given as a relationship item) could not be found." }
            + tied.map { "The targeted `\($0)…` resource with ID `…` does not exist." }).contains { pattern in
              GridPair.fits(exchange.siteSays[0].detail, pattern)
            }
      }),
    GridExcuse(
      "targets that are missing",
      why: "the site shows what was deleted as missing; here a reference keeps its target until the site's next answer",
      at: { $0.site?["id"] == "missing" },
      holds: { _, difference, memory in
        let type = difference.local?["type"]?.string ?? ""
        return memory.isDeleted(difference.local?["id"]?.string ?? "")
          || memory.hasDeletions && tied.contains { type.hasPrefix($0) }
      }),
    GridExcuse(
      "parted earlier",
      why: "an earlier write, excused then, was taken by one of both only, or left a member as it is not on the other "
        + "side",
      at: { $0.place == "status" || $0.place.hasPrefix(".data") },
      holds: { exchange, difference, memory in
        if let member = difference.member { return memory.isParted(difference.resource, member) }
        let resource = exchange.written.resource
        if memory.isParted(resource, "*") { return true }
        // A relationship of which the two know different lists.
        guard let name = exchange.written.relationship, memory.isParted(resource, name) else { return false }
        return exchange.site.status < 300 && exchange.local.status < 300
      }),
    GridExcuse(
      "what is included of parted resources", why: "the same, where the answer includes them",
      least: 12_000, about: { $0.target.contains("include") }, at: { $0.place == ".included" },
      holds: { exchange, difference, memory in
        memory.hasDeletions || memory.isParted(difference.resource, "*")
          || exchange.written.sentMembers.contains { memory.isParted(exchange.written.resource, $0) }
      }),
  ]
}
