import JSONAPI

/// What earlier writes have done to one of both sides and not to the other, each excused at its time.
struct GridMemory: Sendable {
  /// By resource: the members that are no longer the same; `*` for all.
  private var parted: [String: Set<String>] = [:]
  /// What both have deleted: on the site other things go along.
  private var deleted: Set<String> = []
  var hasDeletions: Bool { !deleted.isEmpty }

  func isDeleted(_ resource: String) -> Bool { deleted.contains(resource.lowercased()) }

  func isParted(_ resource: String, _ member: String) -> Bool {
    guard !resource.isEmpty, let members = parted[resource] else { return false }
    return members.contains(member) || members.contains("*")
  }

  /// Takes in an exchange, with those of its differences that last.
  mutating func note(_ exchange: GridExchange, _ differences: [GridDifference]) {
    let written = exchange.written
    if written.method == "DELETE", written.relationship == nil, exchange.site.status == 204 {
      deleted.insert(written.resource)
    }
    // Each gives a new file an id of its own.
    if let field = written.attached, exchange.site.status == 200 { part(written.resource, [field]) }
    // The site has saved by then; nothing is recorded here.
    if exchange.isRefusedInclude { part(written.resource, written.sentMembers.union(["changed"])) }
    for difference in differences where difference.place != "errors" {
      if difference.place == "status" {
        let isWholeResource = written.relationship == nil && written.attached == nil && written.method != "PATCH"
        guard (exchange.site.status < 300) != (exchange.local.status < 300) else { continue }
        // Saving moves it.
        part(written.resource, (isWholeResource ? ["*"] : written.sentMembers).union(["changed"]))
      } else if let member = difference.member {
        part(difference.resource, [member])
      }
    }
  }

  private mutating func part(_ resource: String, _ members: Set<String>) {
    parted[resource, default: []].formUnion(members)
  }
}

extension GridExchange {
  /// Whether the site misses what the answer is to include: it says so when it answers.
  var isRefusedInclude: Bool {
    guard site.status == 400, written.target.contains("?include") else { return false }
    return GridPair.fit(siteSays, GridExchange.includeFaults)
  }

  static let includeFaults = [
    "`…` is not a valid relationship field name.…", "`…` is not a valid include path. …",
    "Input value \"include\" contains a non-scalar value.",
  ]
}
