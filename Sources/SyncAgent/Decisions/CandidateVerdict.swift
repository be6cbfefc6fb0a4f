import JSONAPI
import Store
import Upstream

/// What a single GET says about a resource that a sweep did not see (reference 6.3).
package enum Verdict: Sendable {
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
  package init?(_ error: any Error) {
    switch (error as? SiteError)?.kind {
    case .notFound: self = .deleted
    case .forbidden: self = .hidden
    default:
      if case .everything = FailureScope(error) { return nil }
      self = .undecided("\(error)")
    }
  }
}

/// How many resources of a type a sweep may remove without asking (`sync.maxRemovalShare`).
package enum RemovalGuard {
  /// - Parameters:
  ///   - rows: how many are stored.
  ///   - share: from 0 (always ask) to 1 (never ask). Of a small type, four may go, but never all.
  ///   - accepted: how many a person has agreed to.
  package static func allowance(rows: Int, share: Double, accepted: Int = 0) -> Int {
    guard share < 1 else { return rows }
    guard share > 0 else { return accepted }
    return max(min(rows - 1, 4), min(Int(Double(rows) * share), rows - 1), 0) + accepted
  }
}
