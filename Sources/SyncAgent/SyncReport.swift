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
}

/// A type's part in a round.
package struct TypeReport: Sendable {
  package var type: String
  package var requests = 0
  package var pages = 0
  /// Resources that the site sent.
  package var seen = 0
  /// Resources that it left out for lack of access.
  package var omitted = 0
  /// Why the type could not be read to its end; nil when it was.
  package var failure: (any Error)?

  init(type: String) { self.type = type }
}

/// What a round did.
package struct SyncReport: Sendable {
  /// By type, in the order of their names.
  package var types: [TypeReport] = []
  /// Requests that belong to no type: the entry point. Sign-in is not counted.
  package var otherRequests = 0
  package var inserted = 0
  package var updated = 0

  /// All requests but for sign-in.
  package var requests: Int { types.reduce(otherRequests) { $0 + $1.requests } }
  /// The types that could not be read to their end.
  package var failures: [TypeReport] { types.filter { $0.failure != nil } }
}

/// Why a round cannot go on, in words for the operator.
package enum SyncFault: Error, Sendable, CustomStringConvertible {
  /// The mirror holds the copy of another site.
  case otherSite(mirrored: String, configured: String)
  /// The account is another one than before.
  case otherAccount(before: String, now: String)
  /// The site took the request for an anonymous visitor's.
  case anonymous
  /// None of the types that were asked for is there.
  case nothingToMirror(asked: [String])
  /// The unfiltered collection shows resources, the filtered one none.
  case filterRefused(type: String)

  /// What is wrong and the way out.
  package var description: String {
    switch self {
    case .otherSite(let mirrored, let configured):
      "this mirror is the copy of \(mirrored), but site.baseURL is \(configured); give another mirror.path for another site"
    case .otherAccount(let before, let now):
      "the site says that the account is \(now), but the mirror was made with \(before): nothing was changed. "
        + "Sign in as before, or give another mirror.path"
    case .anonymous:
      "the site took a signed-in request for an anonymous one: nothing was read. Check that the consumer's user is active "
        + "and that no proxy removes the Authorization header"
    case .nothingToMirror(let asked):
      "the site's entry point names none of the types \(asked.joined(separator: ", ")); check site.entityTypes and --only"
    case .filterRefused(let type):
      "the site shows resources of \(type) but none through a filter on changed; the site lets this account "
        + "see them but not filter them, so \(type) was not read. Give the account the right to administer them"
    }
  }
}
