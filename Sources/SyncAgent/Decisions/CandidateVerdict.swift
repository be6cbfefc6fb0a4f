import JSONAPI
import Upstream

/// What a single GET says about a resource that a sweep did not see (reference 6.3).
enum CandidateVerdict: Sendable {
  /// 200: it is there, and this is what it is now.
  case present(ScannedResource)
  /// 404 in the site's own form.
  case deleted
  /// 200 about the same resource, which is no longer what the mirror has it as: gone from there. What it is now, for people.
  case elsewhere(String)
  /// 403 in the site's own form.
  case hidden
  /// Anything else about this resource alone decides nothing.
  case undecided(String)

  /// What an error says; nil when it concerns more than this resource: credentials, the connection, cancellation.
  init?(_ error: any Error) {
    switch (error as? SiteError)?.kind {
    case .notFound: self = .deleted
    case .forbidden: self = .hidden
    default:
      if case .everything = FailureScope(error) { return nil }
      self = .undecided("\(error)")
    }
  }
}
