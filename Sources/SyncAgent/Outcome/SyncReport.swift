import Store

/// What happens during a round, for progress and logs. Never holds a secret.
package enum SyncEvent: Sendable {
  /// The types that will be read.
  case started(types: [String])
  /// A type's newest serial number: no more resources than that can be there.
  case estimated(type: String, highestID: Int64)
  /// Pages were committed.
  case stored(ApplyOutcome)
  /// A type was read to its end, or could not be.
  case finished(TypeReport)
  /// A type's members are not what they were. Said before the page is stored.
  case drifted(SchemaDrift)
  /// A type was swept, as far as this round went.
  case swept(SweepReport)
}

/// A type's part in a round.
package struct TypeReport: Sendable {
  package var type: String
  package var requests = 0
  /// Decoded content of the answers.
  package var bytes = 0
  package var pages = 0
  /// Resources that the site sent.
  package var seen = 0
  /// Resources that it left out for lack of access.
  package var omitted = 0
  /// Why the type could not be read to its end; nil when it was.
  package var failure: (any Error)?
  /// Whether nothing more of it is read in this round: parts of a long reading may be with others.
  var isOver = true
  /// Whether it was read from the beginning to its end in this round: that is its sweep, too.
  var isListed = false

  init(type: String) { self.type = type }

  /// Adds what another reader has read of the same type.
  mutating func add(_ part: TypeReport) {
    requests += part.requests
    bytes += part.bytes
    pages += part.pages
    seen += part.seen
    omitted += part.omitted
    failure = failure ?? part.failure
    isOver = part.isOver
    isListed = isListed || part.isListed
  }
}

/// What a round did.
package struct SyncReport: Sendable {
  /// By type, in the order of their names.
  package var types: [TypeReport] = []
  /// Requests that belong to no type: the entry point. Sign-in is not counted.
  package var otherRequests = 0
  package var inserted = 0
  package var updated = 0
  /// The sweeps that went on in this round, by type.
  package var sweeps: [SweepReport] = []
  /// Types that are mirrored and that the site no longer names. Their resources stay.
  package var vanishedTypes: [String] = []
  /// Members that are not what they were.
  package var drifts: [SchemaDrift] = []
  /// Removals that wait for a person, by type: also those that an earlier round held.
  package var held: [HeldRemovals] = []

  /// All requests but for sign-in.
  package var requests: Int {
    types.reduce(otherRequests) { $0 + $1.requests } + sweeps.reduce(0) { $0 + $1.requests }
  }
  /// The types that could not be read to their end.
  package var failures: [TypeReport] { types.filter { $0.failure != nil } }
  /// Resources that sweeps removed.
  package var removed: Int { sweeps.reduce(0) { $0 + $1.removed } }
  /// The first thing that went wrong, for the ledger; nil for a success.
  package var trouble: String? {
    let read = failures.first.map { "\($0.type): \($0.failure.map { "\($0)" } ?? "")" }
    let swept = sweeps.first { $0.failure != nil }.map { "sweep of \($0.type): \($0.failure.map { "\($0)" } ?? "")" }
    return read ?? swept
  }
  /// Whether something waits for a person.
  package var needsPerson: Bool { !held.isEmpty || !vanishedTypes.isEmpty }
}

/// A sweep's part in a round.
package struct SweepReport: Sendable {
  package var type: String
  package var requests = 0
  /// Decoded content of the answers.
  package var bytes = 0
  package var pages = 0
  package var seen = 0
  package var inserted = 0
  package var updated = 0
  /// Removed resources by kind; with `sync.onHidden` keep, those newly marked.
  package var tombstones: [Tombstone.Kind: Int] = [:]
  /// Candidates of which the site said neither that they are there nor that they are gone.
  package var undecided = 0
  /// What cannot be used and was not known as such.
  package var setAside: [SetAside] = []
  /// Whether the sweep is over; otherwise it goes on in the next round.
  package var isFinished = false
  /// Why it could not go on; nil when it could.
  package var failure: (any Error)?

  /// How many resources were removed.
  package var removed: Int { tombstones.values.reduce(0, +) }

  init(type: String) { self.type = type }
}

/// Removals that a guard stopped.
package struct HeldRemovals: Sendable, Hashable, CustomStringConvertible {
  package var type: String
  /// Resources that the site no longer shows.
  package var candidates: Int
  /// Resources that are stored.
  package var rows: Int

  /// What a guard stopped.
  package init(type: String, candidates: Int, rows: Int) {
    self.type = type
    self.candidates = candidates
    self.rows = rows
  }

  /// What was seen, and the command that lets it go on.
  package var description: String {
    "the site no longer shows \(candidates) of \(rows) resources of \(type); nothing of it was removed. If that is right: "
      + "social-mirror sync --accept-removals \(type) (while `run` is stopped)"
  }
}

/// Why a round cannot go on, in words for the operator.
package enum SyncFault: Error, Sendable, CustomStringConvertible {
  /// The mirror holds the copy of another site.
  case otherSite(mirrored: String, configured: String)
  /// There is no entry point where one was looked for.
  case noEntryPoint(tried: [String], isConfigured: Bool)
  /// The account is another one than before.
  case otherAccount(before: String, now: String)
  /// The site took the request for an anonymous visitor's.
  case anonymous
  /// None of the types that were asked for is there.
  case nothingToMirror(asked: [String])
  /// The unfiltered collection shows resources, the filtered one none, though a probe said that filters work.
  case filterRefused(type: String)
  /// The site shows nothing of a type of which resources are stored.
  case sawNothing(type: String, stored: Int)

  /// Members that resources of a type had are missing from too many of them.
  case lostFields(type: String, fields: [String], lost: Int, had: Int)

  /// What was seen of vanished members, without the way out.
  var seen: String {
    guard case .lostFields(_, let fields, let lost, let had) = self else { return description }
    let names = fields.prefix(8).joined(separator: ", ") + (fields.count > 8 ? " and \(fields.count - 8) more" : "")
    return "the site no longer sends \(names), missing from \(lost) of \(had) resources that had it"
  }

  /// Whether it concerns one type, so that the others go on.
  var isOfOneType: Bool {
    switch self {
    case .filterRefused, .sawNothing, .lostFields: true
    case .otherSite, .noEntryPoint, .otherAccount, .anonymous, .nothingToMirror: false
    }
  }

  /// What is wrong and the way out.
  package var description: String {
    switch self {
    case .otherSite(let mirrored, let configured):
      "this mirror is the copy of \(mirrored), but site.baseURL is \(configured). Give another mirror.path for "
        + "another site; if it is the same site at a new address: social-mirror sync --moved"
    case .noEntryPoint(let tried, let isConfigured):
      "the site has no JSON:API entry point at \(tried.joined(separator: ", ")): "
        + (isConfigured
          ? "site.apiPath should be the path that follows site.baseURL, such as /jsonapi or /api"
          : "set site.apiPath (environment SITE_API_PATH) to its path behind site.baseURL, such as /api, and see that the "
            + "JSON:API module is on")
    case .otherAccount(let before, let now):
      "the site says that the account is \(now), but the mirror was made with \(before): nothing was changed. "
        + "Sign in as before, or give another mirror.path"
    case .anonymous:
      "the site took a signed-in request for an anonymous one: nothing was read. Check that the consumer's user is active "
        + "and that no proxy removes the Authorization header"
    case .nothingToMirror(let asked):
      "the site's entry point names none of the types \(asked.joined(separator: ", ")); check site.entityTypes and --only"
    case .filterRefused(let type):
      "the site shows resources of \(type), but its answer to a filter on changed was empty: \(type) was not read"
    case .lostFields(let type, _, _, _):
      "\(seen): nothing of \(type) was changed. Has the account lost a role? If that is right: "
        + "social-mirror sync --accept-removals \(type) (while `run` is stopped)"
    case .sawNothing(let type, let stored):
      "the site shows nothing of \(type), but \(stored) resources are stored: nothing was changed. If the type really is "
        + "empty: social-mirror sync --sweep, and then --accept-removals \(type) (both while `run` is stopped)"
    }
  }
}
