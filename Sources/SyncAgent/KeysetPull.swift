import JSONAPI

/// Why a page cannot be what was asked for. Nothing of such a page is stored.
package enum UntrustworthyPage: Error, Sendable, Hashable, CustomStringConvertible {
  /// A resource of another type.
  case foreignType(String)
  /// Every resource of a page is of another type: the collection's own, by another name than its link.
  case calledOtherwise(String)
  /// A resource that is not behind the key: the filter was ignored.
  case filterIgnored(PullKey)
  /// Resources out of order: the sort was ignored.
  case sortIgnored(PullKey)
  /// Pages whose rows are all hidden did not join up, again and again.
  case restless
  /// Nothing, where the site had shown or promised resources a moment before.
  case suddenlyEmpty

  /// What was seen.
  package var description: String {
    switch self {
    case .foreignType(let type): "the site answered with a resource of type \(type)"
    case .calledOtherwise(let type): "its resources call themselves \(type)"
    case .filterIgnored(let key): "the site ignored the filter on changed: it sent \(key) again"
    case .sortIgnored(let key): "the site ignored the sort order at \(key)"
    case .restless: "pages whose resources are all hidden kept moving"
    case .suddenlyEmpty: "the site's answer was empty where it had shown resources a moment before"
    }
  }
}

/// The pull of one type by keyset on (`changed`, serial number), as decisions only: which page to ask for, and what a page
/// means. Loss-freedom is argued in reference 6.5.
///
/// One chain of requests reads the settled part and the hot tail behind it: the filter has no upper bound, and only keys at
/// or before the horizon are remembered. So a type where nothing happened costs one request.
package struct KeysetPull: CollectionPull, Hashable {
  /// The type that is read.
  package let type: String
  /// The last second that counts as settled: the site's `Date` at the start of the round less the settle window.
  package let horizon: Int64
  /// The key behind which the next page begins.
  package private(set) var key: PullKey
  /// The last settled key: what may be remembered.
  package var settled: PullKey? { lastSettled }
  private var lastSettled: PullKey
  /// The offset behind the key: above 0 only while every row of a page was hidden.
  package private(set) var offset = 0
  /// Whether the chain has come to its end.
  package private(set) var isComplete = false
  /// Whether any page showed anything. The resource that the cursor stands on is asked for again, so that an answer without
  /// it is noticed.
  package private(set) var hasSeenAnything = false
  private let idAttribute: String
  private let limit: Int
  /// The last rows of the page before, all hidden: those that the next page has to begin with.
  private var hiddenTail: [String] = []
  private var restarts = 0
  private var blindSteps = 0

  /// Rows in common of two pages that are told apart by offset.
  private var overlap: Int { min(5, limit / 2) }

  /// A pull from a settled key.
  init(type: String, from settled: PullKey, horizon: Int64) {
    self.init(
      Deciders.Start(
        type: type, idAttribute: "", settled: settled, horizon: horizon, limit: PageParameter.greatestLimit))
    key = settled
  }

  /// A pull from the resource on the settled key on.
  package init(_ start: Deciders.Start) {
    type = start.type
    horizon = start.horizon
    idAttribute = start.idAttribute
    limit = start.limit
    lastSettled = start.settled
    key = PullKey(changed: start.settled.changed, internalID: max(0, start.settled.internalID - 1))
  }

  package var parameters: QueryParameters {
    var parameters = QueryParameters.keyset(
      after: (key.changed, key.internalID), idAttribute: idAttribute, upTo: nil, limit: limit)
    if offset > 0 { parameters.page = PageParameter(offset: offset, limit: limit) }
    return parameters
  }

  /// Takes the next page.
  /// - Throws: `UntrustworthyPage` when it cannot be the page that was asked for; then nothing has changed.
  package mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    var last = key
    for resource in page.resources {
      guard resource.type == type else { throw .foreignType(resource.type) }
      guard let next = PullKey(resource) else { continue }
      guard next > key else { throw .filterIgnored(next) }
      guard next > last else { throw .sortIgnored(next) }
      last = next
    }
    hasSeenAnything = hasSeenAnything || page.rowCount > 0 || page.hasNext
    // Of a page that shows rows, the first hidden one in its place proves that none was passed over; the others of the overlap
    // may be gone.
    let overlapping = last > key ? hiddenTail.prefix(1) : hiddenTail[...]
    if last > key || page.hasNext, !page.omitted.starts(with: overlapping) {
      restarts += 1
      guard restarts <= 10 else { throw .restless }
      offset = 0
      hiddenTail = []
      return
    }
    if last > key {
      key = last
      lastSettled = max(lastSettled, page.resources.compactMap(PullKey.init).last { $0.changed <= horizon } ?? .start)
      offset = 0
      hiddenTail = []
    } else if page.hasNext {
      try stepOverHidden(page)
    }
    isComplete = !page.hasNext
  }

  /// No row of the page is visible, yet more follow: go on by offset, with an overlap that shows whether rows moved meanwhile
  /// (reference 6.5, denied rows).
  private mutating func stepOverHidden(_ page: ScannedPage) throws(UntrustworthyPage) {
    if page.omitted.count <= overlap {
      // The rows are hidden without a trace: nothing to recognise, but `next` is the site's word that more follow.
      blindSteps += 1
      guard blindSteps <= 10_000 else { throw .restless }
      hiddenTail = []
      offset += limit - overlap
      return
    }
    hiddenTail = Array(page.omitted.suffix(overlap))
    offset += page.omitted.count - overlap
  }
}
