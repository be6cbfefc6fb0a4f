import JSONAPI
import Store

/// What a sweep knows of the stretch that it lists, and the pages of it that wait to be written down: those on which everything is as it
/// is stored. Of a site where nothing has changed behind the back of pulls these are nearly all.
struct SweptPages {
  private let reading: Reading
  private let type: String
  private let deciders: Deciders
  private let limit: Int
  /// What is stored of the stretch; nil to recognise nothing.
  private(set) var stretch: SweptStretch?
  /// Those that wait.
  private(set) var quiet = QuietPages()
  /// Where the sweep stands behind them.
  private(set) var state: SweepState
  /// What the mirror has of where the sweep stands.
  private(set) var saved: SweepState

  /// So many resources are looked up at a time, and so many pages wait at most: what a sweep that is killed does again.
  private static let (looked, waiting) = (600, 16)

  /// - Parameter state: as the mirror has it.
  init(_ reading: Reading, of type: String, limit: Int, _ deciders: Deciders, from state: SweepState) {
    self.reading = reading
    self.type = type
    self.limit = limit
    self.deciders = deciders
    self.state = state
    saved = state
  }

  /// Whether they have waited long enough.
  var areMany: Bool { quiet.pages >= SweptPages.waiting }

  /// Looks up what is stored, where it is not known as far as the next page may reach.
  /// - Parameters:
  ///   - page: the last page; nil for none.
  ///   - lastID: the serial number up to which all is listed.
  ///   - manner: how the type is read.
  /// - Returns: what is recognised on the next page.
  mutating func look(behind page: ScannedPage?, _ lastID: Int64, manner: @autoclosure () -> [UInt8]) throws -> KnownRows
  {
    if let stretch, stretch.isLast || stretch.count(behind: lastID) > limit { return stretch.known }
    let first = min(page?.resources.first?.internalID ?? .max, lastID.addingClamped(1))
    let found = deciders.recognised(
      try reading.sweptStretch(of: type, from: first, count: max(SweptPages.looked, 4 * limit), manner: manner()))
    stretch = found
    return found.known
  }

  /// Takes a page among those that wait, where all of it is as it is stored and nothing that is stored is missing on it.
  /// - Parameters:
  ///   - covers: the stretch that it completes.
  ///   - state: where the sweep stands behind it.
  /// - Returns: whether it does: then nothing else is to be done with it.
  mutating func take(
    _ page: ScannedPage, covers: (after: Int64, through: Int64?)?, aside: [SetAside], _ state: SweepState
  ) -> Bool {
    guard let stretch, !stretch.hasSetAside, aside.isEmpty, page.isPlain, let covers, let through = covers.through,
      !page.resources.isEmpty
    else { return false }
    let ids = page.resources.compactMap(\.known?.id)
    guard ids.count == page.resources.count, deciders.showsAll(stretch, covers.after, through, Set(ids)) else {
      return false
    }
    quiet.note(ids, asOf: stretch.number)
    self.state = state
    return true
  }

  /// What waited is in the mirror, and the sweep stands here.
  mutating func areWritten(_ state: SweepState) {
    quiet = QuietPages()
    self.state = state
    saved = state
  }

  /// Something was set aside: it may be in order on the next page.
  mutating func hasSetAside() { stretch?.hasSetAside = true }

  /// What waited has to be listed again, and nothing of it is recognised.
  mutating func forget() {
    quiet = QuietPages()
    stretch = nil
    state = saved
  }
}

extension ScannedPage {
  /// Whether it shows all of its rows, and nothing that would have to be noted.
  var isPlain: Bool { omitted.isEmpty && unusable.isEmpty && surroundings == nil && skipped == 0 }
}
