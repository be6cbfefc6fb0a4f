/// The site's time of one round: what bounds the horizon of cursors and what `Mirror-As-Of` says. The one place where both come
/// from.
package struct RoundTime: Sendable, Hashable {
  /// The site's time when the round began, Unix seconds: not later than it was there.
  package let start: Int64

  /// - Parameters:
  ///   - entry: when the entry point was made, by its `Date`; nil when it does not say.
  ///   - now: this machine's Unix seconds, for a site without `Date`.
  package init(entry: Int64?, now: Int64) { start = entry ?? now }

  /// Until when something is known that was read in this round: an answer that a cache kept moves it back, none forward.
  /// - Parameter oldest: when the oldest of the answers was made (`PageReader.oldest`, `ScannedPage.madeAt`).
  package func knownUntil(oldest: Int64?) -> Int64 { min(start, oldest ?? start) }

  /// The last second that counts as settled on a page (reference 6.5, H).
  package func horizon(settleWindowSeconds: Int, madeAt: Int64? = nil) -> Int64 {
    knownUntil(oldest: madeAt) - Int64(settleWindowSeconds)
  }
}
