import Testing

@testable import JSONAPI
@testable import Store
@testable import SyncAgent

/// A listing that is cut into slices, over a collection in which a long stretch is hidden.
@Suite struct SweepListingTests {
  private static let type = "node--topic"

  private static func uuid(_ id: Int64) -> ResourceID { ResourceID(high: 1, low: UInt64(id)) }

  /// The rows with serial numbers 1 to 40; 11 to 30 are left out.
  private static func page(_ parameters: QueryParameters, after key: Int64) -> ScannedPage {
    let rows = Array(1...Int64(40)).filter { $0 > key }.dropFirst(parameters.page.offset)
    var page = ScannedPage()
    page.hasNext = rows.count > 4
    for id in rows.prefix(4) {
      if (11...30).contains(id) {
        page.omitted.append("https://h.example/jsonapi/node/topic/\(uuid(id))?resourceVersion=id%3A1")
      } else {
        page.resources.append(
          ScannedResource(
            type: type, uuid: uuid(id), changed: 1, internalID: id, idAttribute: "drupal_internal__nid", revision: nil,
            document: [], splices: [], linkage: [], isLabelOnly: false))
      }
    }
    return page
  }

  @Test(arguments: [SweepListing.Method.keyset, .offsets]) func everySliceGetsOn(method: SweepListing.Method) throws {
    var state = SweepState()
    var seen: Set<ResourceID> = []
    var slices = 0
    while !state.isListed, slices < 100 {
      slices += 1
      var listing = SweepListing(
        type: Self.type, idAttribute: "drupal_internal__nid", method: method, limit: 4, from: state)
      let page = Self.page(listing.parameters, after: method == .keyset ? max(state.lastID, 0) : 0)
      #expect(try listing.accept(page) != nil, "slice \(slices)")
      seen.formUnion(page.resources.map(\.uuid) + page.omittedUUIDs)
      state.lastID = listing.lastID
      state.offset = listing.offset
      state.marks = listing.marks
      state.isListed = listing.isComplete
    }
    #expect(state.isListed && state.lastID == 40)
    #expect(seen == Set((1...40).map(Self.uuid)))
  }

  /// What was passed over hidden was removed between two slices: the next one steps back to where it is known.
  @Test func aSliceThatDoesNotJoinStepsBack() throws {
    var state = SweepState()
    state.lastID = 10
    state.offset = 12
    state.marks = Set((11...14).map(Self.uuid))
    var listing = SweepListing(
      type: Self.type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 4, from: state)
    var page = ScannedPage()
    page.omitted = ["https://h.example/jsonapi/node/topic/\(Self.uuid(25))"]
    page.hasNext = true
    #expect(try listing.accept(page) == nil)
    #expect(listing.offset < 12 && listing.marks == state.marks)
  }
}

/// Sites that give fewer rows than they are asked for, down to one.
@Suite struct CappedPageTests {
  private static let type = "node--topic"

  private static func row(_ id: Int64) -> ScannedResource {
    ScannedResource(
      type: type, uuid: .init(high: 1, low: UInt64(id)), changed: id, internalID: id,
      idAttribute: "drupal_internal__nid",
      revision: nil, document: [], splices: [], linkage: [], isLabelOnly: false)
  }

  /// What a site answers that gives `cap` rows at most; those for which `isHidden` are left out, without a trace where `traceless`.
  private static func answer(
    _ rows: [Int64], _ parameters: QueryParameters, cap: Int, traceless: Bool = false, isHidden: (Int64) -> Bool
  ) -> ScannedPage {
    let offset = parameters.page.offset
    var page = ScannedPage()
    let there = rows.dropFirst(offset)
    page.hasNext = there.count > cap
    if page.hasNext { page.nextOffset = offset + cap }
    for id in there.prefix(cap) {
      if isHidden(id) {
        let url = "https://h.example/jsonapi/node/topic/\(row(id).uuid)"
        if !traceless { page.omitted.append(url) }
      } else {
        page.resources.append(row(id))
      }
    }
    return page
  }

  private static let caps = [1, 2, 3, 7, 49]

  @Test(arguments: caps, [false, true]) func aListingSeesEveryRow(cap: Int, traceless: Bool) throws {
    let rows = Array(1...Int64(60))
    var listing = SweepListing(
      type: Self.type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 50, from: SweepState())
    var seen: Set<Int64> = []
    var pages = 0
    while !listing.isComplete, pages < 300 {
      pages += 1
      let page = Self.answer(rows, listing.parameters, cap: cap, traceless: traceless) { (20...41).contains($0) }
      _ = try listing.accept(page)
      seen.formUnion(page.resources.compactMap(\.internalID))
    }
    #expect(listing.isComplete && seen == Set(rows).subtracting(20...41))
  }

  @Test(arguments: caps) func aWalkSeesEveryRow(cap: Int) throws {
    let rows = Array((1...Int64(60)).reversed())
    var walk = DescendingWalk(
      PullStart(
        type: Self.type, idAttribute: "drupal_internal__nid", cursor: .start, siteTime: 1000, window: 0, limit: 50))
    var seen: Set<Int64> = []
    var pages = 0
    while !walk.isComplete, pages < 300 {
      pages += 1
      let page = Self.answer(rows, walk.parameters, cap: cap) { (20...41).contains($0) }
      try walk.accept(page)
      seen.formUnion(page.resources.compactMap(\.internalID))
    }
    #expect(walk.isComplete && seen == Set(rows).subtracting(20...41))
  }

  /// Every fourth row cannot be used, and tells nothing of itself but its bytes; some of these stand on their page twice.
  @Test(arguments: caps) func rowsThatCannotBeUsedJoinPages(cap: Int) throws {
    let rows = Array(1...Int64(60))
    var listing = SweepListing(
      type: Self.type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 50, from: SweepState())
    var seen: Set<Int64> = []
    var pages = 0
    while !listing.isComplete, pages < 300 {
      pages += 1
      var page = ScannedPage()
      let there = rows.dropFirst(listing.parameters.page.offset)
      page.hasNext = there.count > cap
      if page.hasNext { page.nextOffset = listing.parameters.page.offset + cap }
      for id in there.prefix(cap) {
        guard id % 4 == 2 else {
          page.append(Self.row(id))
          continue
        }
        var row = UnusableRow(place: 0, reason: "has no id")
        row.fingerprint = UnusableRow.fingerprint(Array(repeating: UInt8(id), count: 64))
        page.append(row)
        if id % 8 == 6 { page.append(row) }
      }
      _ = try listing.accept(page)
      seen.formUnion(page.resources.compactMap(\.internalID))
    }
    #expect(listing.isComplete && seen == Set(rows.filter { $0 % 4 != 2 }))
    #expect(pages <= 2 * 60 / max(1, cap / 2))
  }

  /// What stood before a row that fails alone was removed while it was asked for: the pages do not join up.
  @Test func aRowThatIsSteppedOverShowsWhetherRowsHaveMoved() throws {
    func listing(before: Int64) throws -> SweepListing {
      var listing = SweepListing(
        type: Self.type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 50, from: SweepState())
      var page = ScannedPage()
      (page.resources, page.hasNext) = ([Self.row(3)], true)
      _ = try listing.accept(page)
      var next = ScannedPage()
      (next.resources, next.hasNext, next.skipped) = ([Self.row(9)], true, 1)
      (next.before, next.steppedOver) = (Self.row(before), [Self.row(8)])
      _ = try listing.accept(next)
      return listing
    }
    #expect(try listing(before: 3).lastID == 9)
    #expect(try listing(before: 7).lastID == 3)
    #expect(try listing(before: 7).parameters.page.offset == 0)
  }

  /// A row that cannot be used as a whole, alone on its page as on the way to one that fails alone: with its id, or nameless.
  private static func broken(_ id: Int64, isNamed: Bool, before: Int64) -> ScannedPage {
    var row = UnusableRow(id: isNamed ? Self.row(id).uuid : nil, place: 0, reason: "is no JSON")
    row.fingerprint = UnusableRow.fingerprint(Array(repeating: UInt8(id), count: 64))
    var page = ScannedPage()
    page.append(row)
    (page.before, page.hasNext) = (Self.row(before), true)
    return page
  }

  /// The page behind a row that fails alone, with that row and the one before it as they are listed without most of what they hold.
  private static func behind(_ failing: Int64, before: ScannedResource, _ id: Int64) -> ScannedPage {
    var page = ScannedPage()
    (page.resources, page.hasNext, page.skipped) = ([Self.row(id)], true, 1)
    (page.before, page.steppedOver) = (before, [Self.row(failing)])
    return page
  }

  /// A row that cannot be used as a whole is listed with id and time before one that fails alone: that it is the same is seen, so
  /// that the walk does not step back again and again.
  @Test func aWalkKnowsABrokenRowWhereItIsListed() throws {
    func offset(isNamed: Bool, before: ScannedResource) throws -> Int {
      var walk = DescendingWalk(
        PullStart(
          type: Self.type, idAttribute: "drupal_internal__nid", cursor: .start, siteTime: 1000, window: 0, limit: 50))
      var first = ScannedPage()
      (first.resources, first.hasNext) = ([Self.row(9)], true)
      try walk.accept(first)
      try walk.accept(Self.broken(8, isNamed: isNamed, before: 9))
      #expect(walk.parameters.page.offset == 2)
      try walk.accept(Self.behind(7, before: before, 6))
      return walk.parameters.page.offset
    }
    #expect(try offset(isNamed: true, before: Self.row(8)) == 3)
    #expect(try offset(isNamed: false, before: Self.row(8)) == 3)
    #expect(try offset(isNamed: true, before: Self.row(5)) == 0, "rows have moved")
  }

  /// The same of a row that lists no time where it is listed without most of what it holds.
  @Test func aWalkKnowsARowThatIsListedWithoutItsTime() throws {
    var walk = DescendingWalk(
      PullStart(
        type: Self.type, idAttribute: "drupal_internal__nid", cursor: .start, siteTime: 1000, window: 0, limit: 50))
    var first = ScannedPage()
    (first.resources, first.hasNext) = ([Self.row(9)], true)
    try walk.accept(first)
    var listed = Self.row(9)
    listed.changed = nil
    try walk.accept(Self.behind(8, before: listed, 7))
    #expect(walk.parameters.page.offset == 2)
  }

  @Test func aListingKnowsABrokenRowWhereItIsListed() throws {
    func lastID(isNamed: Bool, before: Int64) throws -> Int64 {
      var listing = SweepListing(
        type: Self.type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 50, from: SweepState())
      var first = ScannedPage()
      (first.resources, first.hasNext) = ([Self.row(3)], true)
      _ = try listing.accept(first)
      _ = try listing.accept(Self.broken(4, isNamed: isNamed, before: 3))
      #expect(listing.parameters.page.offset == 2)
      _ = try listing.accept(Self.behind(5, before: Self.row(before), 6))
      return listing.lastID
    }
    #expect(try lastID(isNamed: true, before: 4) == 6)
    #expect(try lastID(isNamed: false, before: 4) == 6)
    #expect(try lastID(isNamed: true, before: 5) == 3, "rows have moved")
  }

  /// Rows that are left out at the beginning, and at every place behind a key.
  @Test(arguments: caps, [false, true]) func hiddenRowsAreSteppedOver(cap: Int, traceless: Bool) throws {
    let rows = Array(1...Int64(60))
    var pull = KeysetPull(
      PullStart(
        type: Self.type, idAttribute: "drupal_internal__nid", cursor: .start, siteTime: 1000, window: 0, limit: 50))
    var seen: Set<Int64> = []
    var pages = 0
    while !pull.isComplete, pages < 300 {
      pages += 1
      let page = Self.answer(
        rows.filter { $0 > pull.after ?? 0 }, pull.parameters, cap: cap, traceless: traceless
      ) { $0 <= 15 || (20...41).contains($0) }
      try pull.accept(page)
      seen.formUnion(page.resources.compactMap(\.internalID))
    }
    #expect(pull.isComplete && seen == Set(rows).subtracting(1...15).subtracting(20...41))
  }

  @Test(
    arguments: [
      ("https://h/jsonapi/node/topic?page%5Boffset%5D=7&page%5Blimit%5D=7", 7),
      ("/a?page[limit]=5&page[offset]=15", 15),
      ("/a?page%5Boffset%5D=99999999999999999999", nil), ("/a?page%5Boffset%5D=-1", nil), ("/a", nil),
      ("{\"href\":\"https:\\/\\/h\\/a?page%5Boffset%5D=50\"}", 50),
    ] as [(String, Int?)]) func theNextLinkSaysWhereItBegins(link: String, offset: Int?)
  {
    #expect(NextLink.offset(in: link) == offset)
  }
}
