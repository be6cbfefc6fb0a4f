import JSONAPI
import SyncAgent
import Upstream

/// Pulls as other programs have them, each with one mistake (reference 6.4, 6.5). The simulation must notice every one.
enum WrongPull: String, CaseIterable, Sendable {
  case offsetPaging, withoutTieBreak, withoutWindow, stopsOnShortPages, cursorBeforeRows, refusedTokenIsDeletion
  case walkWithoutOverlap, forbiddenIsDeletion, faultIsDeletion, pageIsDeletion

  var deciders: Deciders {
    var deciders = Deciders()
    switch self {
    case .offsetPaging: deciders.pull = { OffsetPull($0) }
    case .withoutTieBreak: deciders.pull = { TimestampPull($0) }
    case .withoutWindow:
      deciders.pull = { start in
        var start = start
        start.horizon = .max
        return KeysetPull(start)
      }
    case .stopsOnShortPages: deciders.pull = { HastyPull($0) }
    case .cursorBeforeRows: deciders.pull = { RashPull($0) }
    case .walkWithoutOverlap: deciders.walk = { BlindWalk($0) }
    case .forbiddenIsDeletion: deciders.verdict = { WrongPull.deletion($0, .forbidden) }
    case .faultIsDeletion: deciders.verdict = { WrongPull.deletion($0, .serverFault) }
    case .pageIsDeletion: deciders.verdict = { WrongPull.deletion($0, .html) }
    case .refusedTokenIsDeletion:
      deciders.verdict = { error in
        "\(error)".contains("401") || "\(type(of: error))" == "SignInError" ? .deleted : Verdict(error)
      }
    }
    return deciders
  }

  private static func deletion(_ error: any Error, _ kind: SiteError.Kind) -> Verdict? {
    (error as? SiteError)?.kind == kind ? .deleted : Verdict(error)
  }
}

/// Downwards from the newest change, one page after the other, none overlapping the last.
private struct BlindWalk: CollectionPull {
  private let start: Deciders.Start
  private var offset = 0
  private var highest: PullKey
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false

  init(_ start: Deciders.Start) {
    self.start = start
    highest = start.settled
  }

  var settled: PullKey? { isComplete ? highest : nil }

  var parameters: QueryParameters {
    .unfiltered(
      sort: [SortKey("changed", descending: true), SortKey(start.idAttribute, descending: true)], offset: offset,
      limit: start.limit)
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    hasSeenAnything = hasSeenAnything || !page.resources.isEmpty || page.hasNext
    for resource in page.resources {
      guard let changed = resource.changed, let id = resource.internalID, changed <= start.horizon else { continue }
      highest = max(highest, PullKey(changed: changed, internalID: id))
    }
    offset += start.limit
    let isBelow = page.resources.last?.changed.map { $0 < start.settled.changed } ?? false
    isComplete = !page.hasNext || isBelow
  }
}

/// `changed` > T, then page by page with `page[offset]`.
private struct OffsetPull: CollectionPull {
  private let start: Deciders.Start
  private var offset = 0
  private var last: PullKey
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false

  init(_ start: Deciders.Start) {
    self.start = start
    last = start.settled
  }

  var settled: PullKey? { last }

  var parameters: QueryParameters {
    var parameters = QueryParameters.keyset(
      after: (start.settled.changed, start.settled.internalID), idAttribute: start.idAttribute, upTo: nil)
    parameters.page = PageParameter(offset: offset, limit: start.limit)
    return parameters
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    hasSeenAnything = true
    for resource in page.resources {
      guard let changed = resource.changed, let id = resource.internalID, changed <= start.horizon else { continue }
      last = max(last, PullKey(changed: changed, internalID: id))
    }
    offset += start.limit
    isComplete = !page.hasNext
  }
}

/// `changed` > T in the order of `changed` alone.
private struct TimestampPull: CollectionPull {
  private let start: Deciders.Start
  private var time: Int64
  private var kept: PullKey
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false

  init(_ start: Deciders.Start) {
    self.start = start
    time = start.settled.changed
    kept = start.settled
  }

  var settled: PullKey? { kept }

  var parameters: QueryParameters {
    var parameters = QueryParameters()
    parameters.filter.items = [
      FilterItem(id: "gt", .condition(FilterCondition("changed", .greater, [String(time)])))
    ]
    parameters.sort = [SortKey("changed")]
    parameters.page = PageParameter(limit: start.limit)
    return parameters
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    hasSeenAnything = true
    let times = page.resources.compactMap(\.changed)
    if let last = times.last { time = max(time, last) }
    if let last = times.last(where: { $0 <= start.horizon }) {
      kept = max(kept, PullKey(changed: last, internalID: 0))
    }
    isComplete = !page.hasNext || times.isEmpty
  }
}

/// Takes a page that is not full for the last one.
private struct HastyPull: CollectionPull {
  private var right: KeysetPull
  private let limit: Int
  private var isShort = false

  init(_ start: Deciders.Start) {
    right = KeysetPull(start)
    limit = start.limit
  }

  var parameters: QueryParameters { right.parameters }
  var isComplete: Bool { right.isComplete || isShort }
  var hasSeenAnything: Bool { right.hasSeenAnything }
  var settled: PullKey? { right.settled }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    try right.accept(page)
    isShort = page.resources.count < limit
  }
}

/// Stores the rows of a page with the next one, the cursor at once.
private struct RashPull: CollectionPull {
  private var right: KeysetPull
  private var held: [ScannedResource] = []
  private var ready: [ScannedResource] = []

  init(_ start: Deciders.Start) { right = KeysetPull(start) }

  var parameters: QueryParameters { right.parameters }
  var isComplete: Bool { right.isComplete }
  var hasSeenAnything: Bool { right.hasSeenAnything }
  var settled: PullKey? { right.settled }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    try right.accept(page)
    ready = held + (right.isComplete ? page.resources : [])
    held = page.resources
  }

  func rows(of page: ScannedPage) -> [ScannedResource] { ready }
}
