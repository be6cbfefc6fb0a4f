import Testing

@testable import JSONAPI
@testable import Store
@testable import SyncAgent

private let type = "node--topic"

private func page(_ keys: [(changed: Int64, id: Int64)], next: Bool) -> ScannedPage {
  var page = ScannedPage()
  page.resources = keys.map { key in
    ScannedResource(
      type: type, uuid: ResourceID(high: 1, low: UInt64(key.id)), changed: key.changed, internalID: key.id,
      idAttribute: "drupal_internal__nid", revision: nil, document: [], splices: [], linkage: [], isLabelOnly: false)
  }
  page.hasNext = next
  return page
}

private let nothing = page([], next: false)

/// Pages that are empty where there was something a moment before.
@Suite struct EmptinessTests {
  private func walk() -> DescendingWalk {
    DescendingWalk(
      PullStart(
        type: type, idAttribute: "drupal_internal__nid", cursor: .start, siteTime: 1000, window: 0, limit: 4))
  }

  private func listing(_ method: SweepListing.Method, _ state: SweepState = SweepState()) -> SweepListing {
    SweepListing(type: type, idAttribute: "drupal_internal__nid", method: method, limit: 4, from: state)
  }

  @Test func aWalkThatFindsNothingStepsBackAndDoesNotBelieveThatTheTopIsEmpty() throws {
    var walk = walk()
    try walk.accept(page([(9, 9), (8, 8), (7, 7), (6, 6)], next: true))
    #expect(walk.parameters.page.offset == 2)
    try walk.accept(nothing)
    #expect(walk.parameters.page.offset == 0)
    #expect(throws: UntrustworthyPage.suddenlyEmpty) { try walk.accept(nothing) }
    #expect(!walk.isComplete && walk.cursor == nil)
  }

  @Test func aWalkOfAnEmptyCollectionIsOver() throws {
    var walk = walk()
    try walk.accept(nothing)
    #expect(walk.isComplete && !walk.hasSeenAnything)
  }

  /// A site, or a cache before it, that does not heed the offset.
  @Test func aListingThatShowsTheSameForEverEnds() throws {
    let same = page([(1, 1), (1, 2), (1, 3), (1, 4)], next: true)
    var listing = UnnumberedListing(type: type, limit: 4, isSorted: true, from: SweepState())
    var pages = 0
    #expect(throws: UntrustworthyPage.restless) {
      while pages < 100 {
        _ = try listing.accept(same)
        pages += 1
      }
    }
    #expect(pages <= 11 && !listing.isComplete)
    // Rows that move by just so much do not end one.
    var other = UnnumberedListing(type: type, limit: 4, isSorted: true, from: SweepState())
    for _ in 0..<50 {
      _ = try other.accept(same)
      _ = try other.accept(page([(1, 4), (1, 5), (1, 6), (1, 7)], next: true))
    }
  }

  @Test func aPageThatWasPromisedIsAskedForAgain() throws {
    var listing = listing(.keyset)
    _ = try listing.accept(page([(1, 1), (1, 2), (1, 3), (1, 4)], next: true))
    for _ in 1...2 {
      #expect(try listing.accept(nothing) == nil)
      #expect(!listing.isComplete && listing.lastID == 4)
    }
    #expect(throws: UntrustworthyPage.suddenlyEmpty) { try listing.accept(nothing) }
    var patient = listing
    let covers = try patient.accept(page([(1, 7)], next: false))
    #expect(covers?.after == 4 && covers?.through == nil && patient.isComplete)
  }

  @Test(arguments: [SweepListing.Method.keyset, .offsets]) func anEmptyCollectionIsListedAtOnce(
    method: SweepListing.Method
  ) throws {
    var listing = listing(method)
    #expect(try listing.accept(nothing) != nil)
    #expect(listing.isComplete && !listing.hasSeenAnything)
  }

  /// Pages of one row have none in common: yet one that is empty behind a promise is no end.
  @Test func anEmptyPageBehindOneRowIsNoEnd() throws {
    var listing = listing(.offsets)
    _ = try listing.accept(page([(1, 1)], next: true))
    #expect(listing.parameters.page.offset == 1)
    #expect(try listing.accept(nothing) == nil)
    #expect(!listing.isComplete && listing.parameters.page.offset == 0)
    _ = try listing.accept(page([(1, 1)], next: true))
    _ = try listing.accept(page([(1, 2)], next: false))
    #expect(listing.isComplete && listing.lastID == 2)

    var walk = walk()
    try walk.accept(page([(9, 9)], next: true))
    try walk.accept(nothing)
    #expect(!walk.isComplete && walk.parameters.page.offset == 0)

    var unnumbered = UnnumberedListing(type: type, limit: 4, isSorted: true, from: SweepState())
    #expect(try unnumbered.accept(page([(1, 1)], next: true)))
    #expect(try !unnumbered.accept(nothing))
    #expect(!unnumbered.isComplete && unnumbered.offset == 0)
  }

  /// The row before is listed as it was: an empty page is no end for that, and stands nowhere.
  @Test func noRowBeforeMakesAnEmptyPageTheEnd() throws {
    func nothing(behind id: Int64) -> ScannedPage {
      var empty = page([], next: false)
      empty.before = page([(id, id)], next: false).resources.first
      return empty
    }
    var listing = listing(.offsets)
    _ = try listing.accept(page([(1, 1)], next: true))
    #expect(try listing.accept(nothing(behind: 1)) == nil)
    #expect(!listing.isComplete && listing.parameters.page.offset == 0)

    var walk = walk()
    try walk.accept(page([(9, 9)], next: true))
    try walk.accept(nothing(behind: 9))
    #expect(!walk.isComplete && walk.parameters.page.offset == 0)

    var unnumbered = UnnumberedListing(type: type, limit: 4, isSorted: true, from: SweepState())
    #expect(try unnumbered.accept(page([(1, 1)], next: true)))
    #expect(try !unnumbered.accept(nothing(behind: 1)))
    #expect(!unnumbered.isComplete && unnumbered.offset == 0)
  }

  /// A listing is resumed only where more was promised.
  @Test func aResumedListingDoesNotEndWithNothing() throws {
    var state = SweepState()
    state.lastID = 4
    state.offset = 2
    var listing = listing(.keyset, state)
    #expect(try listing.accept(nothing) == nil)
    #expect(!listing.isComplete)
  }
}

@Suite struct DiskBudgetTests {
  private func file(_ uuid: String, _ size: Int64?) -> FileSource {
    FileSource(
      resource: 1, uuid: uuid, sequence: 1, uri: "public://a", url: "/a", size: size, mediaType: nil, changed: nil,
      known: nil)
  }

  @Test func whatIsArrivingAndWhatArrivedInPartIsCounted() {
    var space = DiskBudget(bytes: 100, parts: ["a": 30, "b": 5])
    #expect(!space.holds(file("c", 60), used: 10))
    #expect(space.holds(file("c", 55), used: 10))
    // Its own part is in its size.
    #expect(space.holds(file("a", 85), used: 10))
    #expect(space.begin(file("a", 40), used: 10) == 85)
    #expect(!space.holds(file("c", 46), used: 10))
    #expect(space.holds(file("c", 45), used: 10))
    space.end(file("a", 40))
    #expect(space.holds(file("c", 45), used: 50))
    #expect(!space.holds(file("c", 46), used: 50))
  }

  @Test func noBudgetIsNoLimit() {
    var space = DiskBudget(bytes: nil, parts: ["a": 30])
    #expect(space.holds(file("c", .max / 2), used: 10))
    #expect(space.begin(file("c", 1), used: 10) == nil)
  }
}
