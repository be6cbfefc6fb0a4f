import JSONAPI
import OpenSocial
import Store

/// The pull of a type whose filters show nothing, or less than there is (reference 6.6): from the newest change downwards,
/// by offset, each page overlapping the last. As decisions only.
///
/// Whatever the previous page showed comes before all that is unread. So a page on which any of it stands leaves no gap: rows
/// that are inserted or edited push the others right; removals pull them left, and when they pull further than the overlap,
/// nothing of the previous page is there and the walk steps back.
///
/// It goes by what documents show. Where translations have times of their own the site sorts by others, and below what seems old
/// may stand what is new: such a type has to be read whole.
struct DescendingWalk: CollectionPull, Hashable {
  /// What tells a row from others. One that was edited since is another: it has moved.
  private struct Mark: Hashable {
    var uuid: ResourceID
    var changed: Int64?
  }

  /// What is read: the latest times, once more what jumped to the top meanwhile, and the highest serial numbers, whose resources are
  /// new whatever their times.
  private enum Phase { case times, top, numbers }

  private let start: PullStart
  private var offset = 0
  private var previous: Set<Mark> = []
  private var sum = PassSum()
  private var pages = 0
  private var stepsBack = StepsBack()
  private var lookBack = LookBack<Mark>()
  private var stalls = 0
  /// Whether the next page has no row in common with the last one by which it could be seen to join up.
  private var isBlind = false
  /// Whether the last page had a row that would not be known again where it is listed without most of what it holds.
  private var isNameless = false
  /// Whether the last page said that more follow: then nothing at all is no end.
  private var isPromised = false
  private var phase = Phase.times
  private var seesEnd = false
  private(set) var isComplete = false
  private(set) var hasSeenAnything = false
  private(set) var distrustsOrder = false

  /// Rows in common of two pages, where they are large enough.
  private static let overlap = 10

  /// A walk down to the watermark.
  init(_ start: PullStart) { self.start = start }

  /// The next watermark, once the walk has come to its end: until then there are gaps below.
  var cursor: Cursor? {
    guard isComplete, !distrustsOrder else { return nil }
    return sum.finished(start.cursor, begun: start.siteTime, window: start.window)
  }

  var parameters: QueryParameters {
    let number = SortKey(start.idAttribute, descending: true)
    let sort = phase == .numbers ? [number] : [SortKey(FieldDescription.changed, descending: true), number]
    return .unfiltered(sort: sort, offset: offset, limit: start.limit)
  }

  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    for resource in page.resources where resource.type != start.type { throw .foreignType(resource.type) }
    let keys = page.resources.compactMap(PullKey.init)
    let marks = Set(
      (page.resources + page.around).map { Mark(uuid: $0.uuid, changed: $0.changed) }
        + (page.omittedUUIDs + page.unusable.compactMap(\.mark)).map { Mark(uuid: $0, changed: nil) })
    // What showed rows a moment ago does not become empty: a cache or a filter answers, not the collection.
    if hasSeenAnything, marks.isEmpty, page.unusable.isEmpty, !page.hasNext, page.skipped == 0, offset == 0 {
      throw .suddenlyEmpty
    }
    let isDisordered = phase != .numbers && zip(keys, keys.dropFirst()).contains { $0 <= $1 }
    if isDisordered || page.resources.first?.isTranslated ?? false {
      distrustsOrder = true
      hasSeenAnything = true
      isComplete = true
      return
    }
    if offset > 0, lookBack.isDue(for: page, showing: marks) {
      offset -= 1
      isBlind = false
      return
    }
    // Or there is nothing at all to recognise, neither here nor on the last page.
    let isNothing = marks.isEmpty && !page.isUnmarked
    let hasNothingInCommon = isBlind && (page.before == nil || isNameless) || marks.isEmpty
    let hasInCommon = !previous.isDisjoint(with: marks) || page.around.contains(where: wasThere)
    let joins = offset == 0 || (isNothing ? !isPromised : hasNothingInCommon || hasInCommon)
    guard joins else {
      offset = try stepsBack.offset(before: offset, by: page.rows(from: offset))
      lookBack = LookBack()
      return
    }
    pages += 1
    stalls = offset > 0 && !marks.isEmpty && marks == previous ? stalls + 1 : 0
    guard stalls <= 10 else { throw .restless }
    hasSeenAnything = hasSeenAnything || page.showsSomething
    sum.note(page)
    previous = marks
    lookBack.note(page, showing: marks)
    isPromised = page.hasNext
    isNameless = page.isNameless
    if page.hasNext, isAbove(keys.last, page.resources.compactMap(\.internalID).last) {
      let step = page.step(from: offset, overlap: DescendingWalk.overlap)
      isBlind = !page.showsMarks(behind: step, from: offset)
      offset += step
      return
    }
    if phase == .times { seesEnd = !page.hasNext }
    switch phase {
    case .times where pages > 1: begin(.top)
    case .times, .top:
      // What was seen to its end has no more numbers.
      if seesEnd { isComplete = true } else { begin(.numbers) }
    case .numbers: isComplete = true
    }
  }

  /// Whether a row that is listed without most of what it holds was on the last page. What cannot be used as a whole may be listed
  /// all the same, and what is listed may lack its time: then its id tells, as it does between two pages that show no time of it.
  private func wasThere(_ listed: ScannedResource) -> Bool {
    previous.contains { $0.uuid == listed.uuid && ($0.changed == nil || listed.changed == nil) }
  }

  /// Whether what is looked for may go on behind a page, by the last time and number that it shows.
  private func isAbove(_ last: PullKey?, _ number: Int64?) -> Bool {
    switch phase {
    case .times: (last?.changed ?? .max) > start.cursor.changed
    case .top: false
    case .numbers: (number ?? .max) > start.cursor.internalID
    }
  }

  private mutating func begin(_ next: Phase) {
    phase = next
    offset = 0
    isBlind = true
    isPromised = false
    previous = []
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

  /// What the page shows or names.
  var marks: Set<ResourceID> {
    Set(resources.lazy.map(\.uuid)).union(around.lazy.map(\.uuid)).union(omittedUUIDs)
      .union(unusable.lazy.compactMap(\.mark))
  }

  /// Whether it shows, names or stands for anything, or says that more follows.
  var showsSomething: Bool { rowCount > 0 || hasNext || skipped > 0 }

  /// Where it names nothing that could be recognised: whether there is something all the same.
  var isUnmarked: Bool { hasNext || skipped > 0 || !unusable.isEmpty }
}

extension ScannedResource {
  /// Whether it is of a type whose bundles take translations: the site's own sign of it are the members that then keep track of them.
  var isTranslated: Bool { document.firstRange(of: ScannedResource.translationMember) != nil }

  private static let translationMember = Array("\"\(FieldDescription.translationSource)\":".utf8)
}
