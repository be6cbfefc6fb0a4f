import JSONAPI
import Store
import Upstream

/// When it is believed that a type shows nothing, or nothing but what is hidden.
extension TypePuller {
  /// Of what the pass shows all is hidden, and the resource that is known, too. That is believed where the site still shows
  /// something, or has nothing to show; else what is stored is left to a sweep, as where nothing is there.
  /// - Parameters:
  ///   - end: the cursor at the end.
  ///   - page: the last page.
  /// - Returns: the cursor that was stored.
  mutating func onlyHidden(
    _ start: PullStart, _ end: Cursor, _ page: ScannedPage, _ part: inout TypeReport
  ) async throws -> Cursor {
    try await findVisible(start.idAttribute)
    var end = end
    // The next pass stands on what was seen once, if there is any below.
    if let stored = try reading.greatestID(of: type), stored > 0 { end.internalID = min(end.internalID, stored) }
    try await submit(page.resources, cursor: end, of: page, &part)
    return end
  }

  /// Makes sure that the site still shows something of the type where something is stored that it should show.
  /// - Throws: `SyncFault.sawNothing` where it does not.
  mutating func findVisible(_ idAttribute: String) async throws {
    let stored = try reading.someExpected(of: type, count: 5)
    let check = VisibilityCheck(type: type, path: path, idAttribute: idAttribute, limit: settings.pageLimit)
    if !stored.isEmpty, try await !check.findsAnything(among: stored, &reader) {
      throw SyncFault.sawNothing(type: type, stored: try reading.countExpected(of: type))
    }
  }

  /// A collection that shows nothing is believed only where nothing is stored that it should show: what was there is removed by a
  /// sweep. Known to be empty at this time, it is read from the beginning when it is not.
  mutating func nothingIsThere(_ part: inout TypeReport) async throws {
    let count = try reading.countExpected(of: type)
    if count > 0 { throw SyncFault.sawNothing(type: type, stored: count) }
    let cursor = Cursor(changed: 0, internalID: 0, knownUntil: min(siteTime, reader.oldest ?? siteTime))
    try await submit([], cursor: cursor, &part)
  }
}
