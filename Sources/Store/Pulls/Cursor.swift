/// How far a type has been read. Kept with its rows in one transaction.
///
/// A type is read in passes, each in the order of serial numbers, which never move (reference 6.1). A pass asks for what has
/// changed since the watermark, in whatever translation, and for what has a serial number from `internalID` on, whatever its
/// `changed`: an import may bring times of long ago (reference 6.2).
package struct Cursor: Sendable, Hashable {
  /// The watermark, Unix seconds: what has no greater `changed` is known.
  package var changed: Int64
  /// The serial number up to which every resource is known. That resource itself is asked for again, so that an answer without it
  /// is noticed.
  package var internalID: Int64
  /// The site's time up to which the type is known, Unix seconds; 0 before it was read to its end.
  package var knownUntil: Int64
  /// The greatest serial number seen at `newestAt`, the site's Unix seconds. A lower one may have been given out before it and
  /// still show later; once the settle window has passed, it counts as known.
  package var newest: Int64
  /// When the pass began that saw `newest`, the site's Unix seconds; 0 before the first.
  package var newestAt: Int64
  /// The pass that is under way; nil between passes.
  package var pass: Pass?

  /// A pass that did not come to its end yet.
  package struct Pass: Sendable, Hashable {
    /// The site's time when it began, Unix seconds: what has changed since is for the next one.
    package var begun: Int64
    /// The serial number up to which it has read; nil before its first page.
    package var after: Int64?

    /// A pass.
    package init(begun: Int64, after: Int64? = nil) {
      self.begun = begun
      self.after = after
    }
  }

  /// A cursor between two passes.
  package init(changed: Int64, internalID: Int64, knownUntil: Int64 = 0) {
    self.changed = changed
    self.internalID = internalID
    self.knownUntil = knownUntil
    newest = internalID
    newestAt = 0
  }

  /// Before everything.
  package static let start = Cursor(changed: 0, internalID: 0)

  /// For how many seconds before a pass the watermark is at least what the resources themselves show, whatever the site's clock
  /// says: a clock that is ahead by less hides nothing.
  package static let trust: Int64 = 86_400

  /// The cursor after a pass that has come to its end.
  /// - Parameters:
  ///   - begun: the site's time when it began, Unix seconds.
  ///   - window: how long a write may take to show, in seconds (reference 6.5, assumption A).
  ///   - changed: the greatest `changed` that the pass showed; nil for none.
  ///   - highest: the greatest serial number that it showed; nil for none.
  package func finished(begun: Int64, window: Int64, changed shown: Int64?, highest: Int64?) -> Cursor {
    var next = self
    let horizon = begun.subtractingReportingOverflow(window).partialValue
    // What was written before the horizon showed when the pass began. Behind the newest time seen nothing was written at all,
    // unless it is a translation that nobody is shown: that is only asked for again.
    let seen = max(changed, min(shown ?? .min, horizon))
    next.changed = max(0, min(horizon, max(seen, begun.subtractingReportingOverflow(Cursor.trust).partialValue)))
    next.knownUntil = max(knownUntil, begun)
    next.pass = nil
    if newest > internalID, begun.subtractingReportingOverflow(newestAt).partialValue >= window {
      next.internalID = newest
    }
    if newest <= next.internalID {
      next.newest = max(highest ?? 0, next.internalID)
      next.newestAt = begun
    }
    return next
  }
}
