import JSONAPI
import Store
import Upstream

@testable import SyncAgent

/// Pulls as other programs have them, each with one mistake (reference 6.4, 6.5). The simulation must notice every one.
enum WrongPull: String, CaseIterable, Sendable {
  case offsetPaging, withoutTieBreak, stopsOnShortPages, cursorBeforeRows, refusedTokenIsDeletion
  case walkWithoutOverlap, forbiddenIsDeletion, faultIsDeletion, pageIsDeletion
  /// Steps by what was asked for, where pages are capped.
  case stepsByTheLimit
  /// Goes by `changed` as the document shows it, where each translation has its own.
  case orderOfChanged, walkTrustsTheOrder
  /// Takes a pass that was cut short and ended later for one over all that has changed.
  case resumedPassIsEnough
  /// Sees new resources by their `changed` alone.
  case newOnlyByTime
  /// Steps over a page that fails as a whole; stores whatever lacks members.
  case failedPagesAreSteppedOver, lostMembersAreBelieved
  /// Recognises a row by its length; takes a page of which all is recognised for all that is stored there.
  case lengthsTellRows, missingRowsAreSeen
  /// The last one: so much else repairs it that it takes hundreds of histories.
  case withoutWindow

  var deciders: Deciders {
    var deciders = Deciders.standard
    switch self {
    case .offsetPaging: deciders.pull = { OffsetPull($0) }
    case .withoutTieBreak: deciders.pull = { TimestampPull($0) }
    case .withoutWindow:
      deciders.pull = { start in
        var start = start
        start.window = 0
        return KeysetPull(start)
      }
    case .stopsOnShortPages: deciders.pull = { HastyPull($0) }
    case .cursorBeforeRows: deciders.pull = { RashPull($0) }
    case .walkWithoutOverlap: deciders.walk = { PlainWalk($0, overlap: 0) }
    case .stepsByTheLimit: deciders.walk = { PlainWalk($0, overlap: 2) }
    case .orderOfChanged: deciders.pull = { ChangedOrderPull($0) }
    case .walkTrustsTheOrder: deciders.whole = { PlainWalk($0, overlap: 2, stepsByRows: true) }
    case .resumedPassIsEnough: deciders.followsResumedPass = false
    case .newOnlyByTime: deciders.pull = { TimedPull($0) }
    case .failedPagesAreSteppedOver: deciders.steppedOver = { $0 }
    case .lostMembersAreBelieved: deciders.losesTooMuch = { _, _ in false }
    case .lengthsTellRows: deciders.recognised = { WrongPull.byLength($0) }
    case .missingRowsAreSeen: deciders.showsAll = { _, _, _, _ in true }
    case .forbiddenIsDeletion: deciders.verdict = { WrongPull.deletion($0, .forbidden) }
    case .faultIsDeletion: deciders.verdict = { WrongPull.deletion($0, .serverFault) }
    case .pageIsDeletion: deciders.verdict = { WrongPull.deletion($0, .html) }
    case .refusedTokenIsDeletion:
      deciders.verdict = { error in
        "\(error)".contains("401") || "\(type(of: error))" == "SignInError" ? .deleted : CandidateVerdict(error)
      }
    }
    return deciders
  }

  private static func deletion(_ error: any Error, _ kind: SiteError.Kind) -> CandidateVerdict? {
    (error as? SiteError)?.kind == kind ? .deleted : CandidateVerdict(error)
  }
}

/// What a pull has seen, for the cursor behind it.
private struct Seen {
  var changed: Int64?
  var highest: Int64?

  mutating func note(_ page: ScannedPage) {
    changed = (page.resources.compactMap(\.changed) + [changed].compactMap { $0 }).max()
    highest = (page.resources.compactMap(\.internalID) + [highest].compactMap { $0 }).max()
  }

  /// As a right pull has it.
  func cursor(_ start: PullStart) -> Cursor {
    start.cursor.finished(begun: start.siteTime, window: start.window, changed: changed, highest: highest)
  }
}

/// Downwards from the newest change, by what documents show, stepping by what was asked for.
private struct PlainWalk: CollectionPull {
  private let start: PullStart
  private let overlap: Int
  private let stepsByRows: Bool
  private var offset = 0
  private var seen = Seen()
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false

  init(_ start: PullStart, overlap: Int, stepsByRows: Bool = false) {
    self.start = start
    self.overlap = overlap
    self.stepsByRows = stepsByRows
  }

  var cursor: Cursor? { isComplete ? seen.cursor(start) : nil }

  var parameters: QueryParameters {
    .unfiltered(
      sort: [SortKey("changed", descending: true), SortKey(start.idAttribute, descending: true)], offset: offset,
      limit: start.limit)
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    hasSeenAnything = hasSeenAnything || !page.resources.isEmpty || page.hasNext
    seen.note(page)
    let rows = stepsByRows ? page.resources.count + page.omitted.count : start.limit
    offset += max(1, rows - min(overlap, rows / 2))
    let isBelow = page.resources.last?.changed.map { $0 <= start.cursor.changed } ?? false
    isComplete = !page.hasNext || isBelow
  }
}

/// `changed` > T, then page by page with `page[offset]`.
private struct OffsetPull: CollectionPull {
  private let start: PullStart
  private var offset = 0
  private var seen = Seen()
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false

  init(_ start: PullStart) { self.start = start }

  var cursor: Cursor? { isComplete ? seen.cursor(start) : nil }

  var parameters: QueryParameters {
    var parameters = QueryParameters.changes(
      since: start.cursor.changed, orFrom: start.cursor.internalID, after: nil, idAttribute: start.idAttribute,
      changedAttribute: "changed", offset: offset, limit: start.limit)
    parameters.sort = [SortKey("changed"), SortKey(start.idAttribute)]
    return parameters
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    hasSeenAnything = true
    seen.note(page)
    offset += start.limit
    isComplete = !page.hasNext
  }
}

/// `changed` > T in the order of `changed` alone.
private struct TimestampPull: CollectionPull {
  private let start: PullStart
  private var time: Int64
  private var seen = Seen()
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false

  init(_ start: PullStart) {
    self.start = start
    time = start.cursor.changed
  }

  var cursor: Cursor? { isComplete ? seen.cursor(start) : nil }

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
    seen.note(page)
    let times = page.resources.compactMap(\.changed)
    if let last = times.last { time = max(time, last) }
    isComplete = !page.hasNext || times.isEmpty
  }
}

/// Keyset on (`changed`, serial number) as documents show them.
private struct ChangedOrderPull: CollectionPull {
  private let start: PullStart
  private var key: PullKey
  private var seen = Seen()
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false

  init(_ start: PullStart) {
    self.start = start
    key = PullKey(changed: start.cursor.changed, internalID: 0)
  }

  var cursor: Cursor? { isComplete ? seen.cursor(start) : nil }

  var parameters: QueryParameters {
    func condition(_ path: String, _ comparison: FilterOperator, _ value: Int64) -> FilterItem.Content {
      .condition(FilterCondition(path, comparison, [String(value)]))
    }
    var parameters = QueryParameters()
    parameters.filter.items = [
      FilterItem(id: "or", .group(.or)),
      FilterItem(id: "gt", memberOf: "or", condition("changed", .greater, key.changed)),
      FilterItem(id: "tie", memberOf: "or", .group(.and)),
      FilterItem(id: "eq", memberOf: "tie", condition("changed", .equal, key.changed)),
      FilterItem(id: "ix", memberOf: "tie", condition(start.idAttribute, .greater, key.internalID)),
    ]
    parameters.sort = [SortKey("changed"), SortKey(start.idAttribute)]
    parameters.page = PageParameter(limit: start.limit)
    return parameters
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    hasSeenAnything = true
    seen.note(page)
    let last = page.resources.compactMap { resource -> PullKey? in
      guard let changed = resource.changed, let id = resource.internalID else { return nil }
      return PullKey(changed: changed, internalID: id)
    }.max()
    guard let last, last > key else {
      isComplete = true
      return
    }
    key = last
    isComplete = !page.hasNext
  }
}

/// Asks for the resource it knows and for what has a later `changed`, and not for numbers above it.
private struct TimedPull: CollectionPull {
  private var right: KeysetPull

  init(_ start: PullStart) { right = KeysetPull(start) }

  var parameters: QueryParameters {
    var parameters = right.parameters
    parameters.filter.items = parameters.filter.items.map { item in
      guard item.id == "new", case .condition(var condition) = item.content else { return item }
      condition.comparison = .equal
      var item = item
      item.content = .condition(condition)
      return item
    }
    return parameters
  }
  var isComplete: Bool { right.isComplete }
  var hasSeenAnything: Bool { right.hasSeenAnything }
  var cursor: Cursor? { right.cursor }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) { try right.accept(page) }
}

/// Takes a page that is not full for the last one.
private struct HastyPull: CollectionPull {
  private var right: KeysetPull
  private let start: PullStart
  private var seen = Seen()
  private var isShort = false

  init(_ start: PullStart) {
    right = KeysetPull(start)
    self.start = start
  }

  var parameters: QueryParameters { right.parameters }
  var isComplete: Bool { right.isComplete || isShort }
  var hasSeenAnything: Bool { right.hasSeenAnything }
  var cursor: Cursor? { isShort && !right.isComplete ? seen.cursor(start) : right.cursor }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    try right.accept(page)
    seen.note(page)
    isShort = page.resources.count < start.limit
  }
}

/// Stores the rows of a page with the next one, the cursor at once.
private struct RashPull: CollectionPull {
  private var right: KeysetPull
  private var held: [ScannedResource] = []
  private var ready: [ScannedResource] = []

  init(_ start: PullStart) { right = KeysetPull(start) }

  var parameters: QueryParameters { right.parameters }
  var isComplete: Bool { right.isComplete }
  var hasSeenAnything: Bool { right.hasSeenAnything }
  var cursor: Cursor? { right.cursor }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    try right.accept(page)
    ready = held + (right.isComplete ? page.resources : [])
    held = page.resources
  }

  func rows(of page: ScannedPage) -> [ScannedResource] { ready }
}
