import Upstream

/// What an entry point tells of whether a visit may go on, as a decision only: from its answer and what the mirror remembers.
/// Answers that are no entry point are failures of the request, and say nothing of whose site it is.
enum VisitDecision: Sendable, Hashable {
  /// It is the mirror's site, and the same account (its UUID). A mirror that remembers nothing takes any.
  case goOn(account: String)
  /// The site took the request for an anonymous visitor's.
  case anonymous
  /// The mirror is the copy of another site.
  case otherSite(mirrored: String, configured: String)
  /// The mirror was made with another account.
  case otherAccount(before: String, now: String)

  /// - Parameters:
  ///   - entry: what the site answered.
  ///   - base: the base URL that is configured.
  ///   - hasMoved: whether a person said that the site is the same under another base URL.
  ///   - remembered: whose copy the mirror is.
  init(_ entry: EntryPoint, at base: String, hasMoved: Bool = false, _ remembered: SiteIdentity) {
    guard let me = entry.me else {
      self = .anonymous
      return
    }
    if let mirrored = remembered.base, !hasMoved,
      !SiteIdentity.isSameSite(mirrored, base, known: remembered.bases, named: entry.bases)
    {
      self = .otherSite(mirrored: mirrored, configured: base)
    } else if let before = remembered.account, before != me {
      self = .otherAccount(before: before, now: me)
    } else {
      self = .goOn(account: me)
    }
  }

  /// The account of a visit that may go on.
  /// - Throws: `SyncFault.anonymous`, `.otherSite`, `.otherAccount`.
  func account() throws(SyncFault) -> String {
    switch self {
    case .goOn(let account): return account
    case .anonymous: throw .anonymous
    case .otherSite(let mirrored, let configured): throw .otherSite(mirrored: mirrored, configured: configured)
    case .otherAccount(let before, let now): throw .otherAccount(before: before, now: now)
    }
  }
}
