import JSONAPI
import Upstream

/// Whether a type shows anything at all, where a pull saw only hidden resources.
///
/// That the resource on the cursor is hidden is an everyday thing; that all are is not: the account has lost its role, say. A
/// pull that begins at the cursor cannot tell them apart, but stored resources can. After a sweep those that are left are
/// visible, so that the first one settles it; until then part of the collection is looked at, too.
struct VisibilityCheck {
  let type: String
  let path: String
  let idAttribute: String
  /// Rows of a page.
  let limit: Int

  /// How many pages of the collection are looked at, from the oldest resource on.
  private static let pages = 10

  /// Asks until something is visible.
  /// - Parameter stored: stored resources that the site should show.
  /// - Throws: what concerns more than one resource: credentials, the connection, the collection.
  func findsAnything(among stored: [ResourceID], _ reader: inout PageReader) async throws -> Bool {
    for uuid in stored {
      if try await isVisible(uuid, &reader) { return true }
    }
    var offset = 0
    for _ in 0..<VisibilityCheck.pages {
      let page = try await reader.page(path, .unfiltered(sort: [SortKey(idAttribute)], offset: offset, limit: limit))
      if page.resources.contains(where: { $0.type == type && !$0.isLabelOnly }) { return true }
      if !page.hasNext { break }
      offset += max(1, page.rows(from: offset))
    }
    return false
  }

  /// Whether a resource is visible; not where its answer decides nothing: another one may be.
  private func isVisible(_ uuid: ResourceID, _ reader: inout PageReader) async throws -> Bool {
    do {
      let page = try await reader.page("\(path)/\(uuid.pathPart)")
      return page.resources.contains { $0.uuid == uuid && $0.type == type && !$0.isLabelOnly }
    } catch let error as SiteError where error.kind != .unauthorized {
      return false
    }
  }
}
