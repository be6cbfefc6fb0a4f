import Store
import Upstream

/// A visit to the mirror's site: signs in, reads the entry point, and sees whether it is the site and the account that the mirror is
/// the copy of. Rounds, pushes and comparisons begin with one, and look again where an answer leaves it open whether the site as a
/// whole is away; nothing else does any of these steps.
///
/// Signing in needs no request of its own while there is a token: the session does it before the first request that needs one.
struct SiteVisit: Sendable {
  let site: Site
  let reading: Reading

  /// How the entry point is asked for.
  enum Manner: Sendable {
    /// Wherever it is, as often as the retry table says.
    case anywhere
    /// So, and as of now: its `Date` bounds what is read. Where the token that is being renewed is of no more use, this signs in anew.
    case asOfNow
    /// Where it was last, and once: to see whether the site answers at all.
    case once
  }

  /// What was found, of a site and an account that are the mirror's.
  struct Welcome: Sendable {
    var entry: EntryPoint
    /// The account's UUID.
    var account: String
  }

  /// Reads the entry point and goes in.
  /// - Parameter asked: is told of every request that looks for the entry point; of the one that `.once` makes it is not.
  /// - Throws: `SyncFault.anonymous`, `.otherSite`, `.otherAccount` before anything else is asked or written, `.noEntryPoint` where
  ///   there is none; `SignInError`, `SiteError`, `TransportError`, `CancellationError`, a fault of the mirror.
  @discardableResult
  func enter(_ manner: Manner = .anywhere, asked: () -> Void = {}) async throws -> Welcome {
    let search = EntryPointSearch(site: site, reading: reading)
    let entry =
      switch manner {
      case .anywhere: try await search.find(asked: asked)
      case .asOfNow: try await search.findWithTime(asked: asked)
      case .once: try await search.once()
      }
    let decision = VisitDecision(
      entry, at: site.base.description, hasMoved: site.hasMoved, try SiteIdentity(of: reading))
    return Welcome(entry: entry, account: try decision.account())
  }
}
