import JSONAPI
import OpenSocial
import Store

/// A pass over what is new or has changed of one type, as decisions only: which page to ask for, and what a page means.
///
/// It asks for what has `changed` above the watermark, in any translation, or a serial number not known yet, in the order of serial
/// numbers. Those never move and are the same for all translations, while `changed` of a document is neither what the filter looked
/// at nor what a sort goes by (reference 6.2). Each request begins behind the last serial number read.
///
/// Nothing is lost: let S be the site's time when the pass begins and W the settle window. What has a `changed` up to S − W shows by
/// then, and whatever shows it is read at its place. What is written while the pass goes on gets a later `changed` and is above the
/// next watermark, which is S − W. So the order in which rows change does not matter, nor what `changed` the document shows.
struct KeysetPull: CollectionPull, Hashable {
  private let start: PullStart
  /// When the pass began: before this round, where it was cut short and goes on.
  private let begun: Int64
  /// The serial number behind which the next page begins; nil for the beginning.
  private(set) var after: Int64?
  /// The offset behind it: above 0 only while pages get no further.
  private(set) var offset = 0
  private(set) var isComplete = false
  /// Whether any page showed anything. A resource that is known is asked for again, so that an answer without it is noticed.
  private(set) var hasSeenAnything = false
  /// What the page before showed, while the next one has to join up with it.
  private var marks: Set<ResourceID> = []
  /// What the page before showed, where nothing of it stands on the next one: only the row before that tells. Empty where not all
  /// of it has ids.
  private var last: Set<ResourceID> = []
  private var lookBack = LookBack<ResourceID>()
  /// Whether the site does not heed the serial number in the filter: then only offsets get on.
  private var isKeyIgnored = false
  /// Whether the last page said that more follow.
  private var isPromised = false
  private var contradictions = 0
  private var restarts = 0
  private var steps = 0
  private var stalls = 0
  private var sum = PassSum()

  /// Rows in common of two pages that are told apart by offset, where they are large enough.
  private static let overlap = 5

  /// A pass from a cursor on; one that was cut short goes on where it stood.
  init(_ start: PullStart) {
    self.start = start
    begun = start.cursor.pass?.begun ?? start.siteTime
    after = start.cursor.pass?.after
  }

  var parameters: QueryParameters {
    .changes(
      since: start.cursor.changed, orFrom: start.cursor.internalID, after: after, idAttribute: start.idAttribute,
      changedAttribute: FieldDescription.changed, offset: offset, limit: start.limit)
  }

  var cursor: Cursor? {
    if isComplete { return sum.finished(start.cursor, begun: begun, window: start.window) }
    guard let after else { return nil }
    var cursor = start.cursor
    cursor.pass = Cursor.Pass(begun: begun, after: after)
    return cursor
  }

  /// Takes the next page. Rows that contradict the order or the filter are taken as well; the key goes only as far as is proved.
  /// - Throws: `UntrustworthyPage` when it cannot be the page that was asked for; then nothing has changed.
  mutating func accept(_ page: ScannedPage) throws(UntrustworthyPage) {
    // Single ones of another type are set aside (`ScannedPage.unusable`); this is none but such.
    for resource in page.resources where resource.type != start.type { throw .foreignType(resource.type) }
    let shown = page.marks
    hasSeenAnything = hasSeenAnything || page.showsSomething
    if offset > 0, lookBack.isDue(for: page, showing: shown) {
      offset -= 1
      marks = lookBack.marks
      return
    }
    if hasMoved(page, shown) {
      // What was stepped over has moved: from the key again.
      restarts += 1
      guard restarts <= 10 else { throw .restless }
      begin()
      return
    }
    if isPromised, shown.isEmpty, !page.isUnmarked {
      // `next` is there for a row that was found, so one follows, unless it went just now: the page is asked for again.
      contradictions += 1
      guard contradictions <= 2 else { throw .suddenlyEmpty }
      return
    }
    isPromised = page.hasNext
    let ids = page.resources.compactMap(\.internalID)
    sum.note(page)
    if let after, ids.contains(where: { $0 <= after }) { isKeyIgnored = true }
    if !isKeyIgnored, let reach = SerialNumber.reach(ids), reach > after ?? .min {
      after = reach
      begin()
    } else if page.hasNext {
      steps += 1
      stalls = !shown.isEmpty && shown == marks ? stalls + 1 : 0
      guard steps <= 10_000, stalls <= 10 else { throw .restless }
      let step = page.step(from: offset, overlap: KeysetPull.overlap)
      // Rows that are hidden without a trace, or one alone, give nothing to recognise; `next` is the site's word that more follow.
      marks = page.showsMarks(behind: step, from: offset) ? shown : []
      last = page.isNamed ? shown : []
      lookBack.note(page, showing: shown)
      offset += step
    }
    isComplete = !page.hasNext
  }

  /// Whether the page cannot be the next one behind what was stepped over from the key on.
  private func hasMoved(_ page: ScannedPage, _ shown: Set<ResourceID>) -> Bool {
    if marks.isEmpty { return !last.isEmpty && page.before.map { !last.contains($0.uuid) } ?? false }
    return marks.isDisjoint(with: shown) && (!shown.isEmpty || page.skipped == 0 && page.unusable.isEmpty)
  }

  /// The next page begins right behind the key.
  private mutating func begin() {
    offset = 0
    marks = []
    last = []
    lookBack = LookBack()
  }
}
