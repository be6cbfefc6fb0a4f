import JSONAPI

/// The pull of a type whose filters show nothing, or less than there is (reference 6.6): from the newest change downwards,
/// by offset, each page overlapping the last. As decisions only.
///
/// Whatever the previous page showed comes before all that is unread. So a page on which any of it stands leaves no gap: rows
/// that are inserted or edited push the others right; removals pull them left, and when they pull further than the overlap,
/// nothing of the previous page is there and the walk steps back.
package struct DescendingWalk: CollectionPull, Hashable {
  /// What tells a row from others. One that was edited since is another: it has moved.
  private struct Mark: Hashable {
    var uuid: ResourceID
    var changed: Int64?
  }

  private let start: PullKey
  private let type: String
  private let idAttribute: String
  private let horizon: Int64
  private let limit: Int
  private var offset = 0
  private var previous: Set<Mark> = []
  private var highest: PullKey
  private var pages = 0
  private var stepsBack = 0
  private var isRereading = false
  package private(set) var isComplete = false
  package private(set) var hasSeenAnything = false

  /// Rows in common of two pages.
  private var overlap: Int { min(10, limit / 2) }

  /// A walk down to the last settled key.
  package init(_ start: Deciders.Start) {
    self.start = start.settled
    type = start.type
    idAttribute = start.idAttribute
    horizon = start.horizon
    limit = start.limit
    highest = start.settled
  }

  /// The newest settled key, once the walk has come to its end: until then there are gaps below.
  package var settled: PullKey? { isComplete ? highest : nil }

  package var parameters: QueryParameters {
    .unfiltered(
      sort: [SortKey("changed", descending: true), SortKey(idAttribute, descending: true)], offset: offset, limit: limit
    )
  }

  package mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    var last: PullKey?
    for resource in page.resources {
      guard resource.type == type else { throw .foreignType(resource.type) }
      guard let key = PullKey(resource) else { continue }
      if let last, key >= last { throw .sortIgnored(key) }
      last = key
    }
    let marks = Set(
      page.resources.map { Mark(uuid: $0.uuid, changed: $0.changed) }
        + (page.omittedUUIDs + page.unusable.compactMap(\.id)).map { Mark(uuid: $0, changed: nil) })
    // What showed rows a moment ago does not become empty: a cache or a filter answers, not the collection.
    if hasSeenAnything, marks.isEmpty, page.unusable.isEmpty, !page.hasNext, offset == 0 { throw .suddenlyEmpty }
    // Nothing at all to recognise: neither here nor on the last page.
    let joins =
      offset == 0 || previous.isEmpty || marks.isEmpty && (page.hasNext || !page.unusable.isEmpty)
      || !previous.isDisjoint(with: marks)
    guard joins else {
      stepsBack += 1
      guard stepsBack <= 100 else { throw .restless }
      offset = max(0, offset - limit)
      return
    }
    pages += 1
    hasSeenAnything = hasSeenAnything || page.rowCount > 0 || page.hasNext
    for key in page.resources.compactMap(PullKey.init) where key.changed <= horizon { highest = max(highest, key) }
    previous = marks
    if isRereading {
      isComplete = true
    } else if page.hasNext, last.map({ $0.changed >= start.changed }) ?? true {
      offset += limit - overlap
    } else if pages > 1 {
      // What jumped to the top while the walk went on.
      isRereading = true
      offset = 0
    } else {
      isComplete = true
    }
  }
}

extension ScannedPage {
  /// The ids of what was left out.
  var omittedUUIDs: [ResourceID] {
    omitted.compactMap { url in
      let path = url.prefix { $0 != "?" }
      return path.split(separator: "/").last.flatMap { ResourceID(PercentCoding.decodedPath(String($0))) }
    }
  }
}
