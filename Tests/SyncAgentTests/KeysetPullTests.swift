import Testing

@testable import JSONAPI
@testable import Store
@testable import SyncAgent

private let type = "node--topic"

/// A resource with a serial number; a nil time is a resource that shows only its label.
private func resource(_ id: Int64, _ changed: Int64? = 500, type: String = type) -> ScannedResource {
  ScannedResource(
    type: type, uuid: ResourceID(high: 1, low: UInt64(id)), changed: changed, internalID: changed == nil ? nil : id,
    idAttribute: "drupal_internal__nid", revision: nil, document: [], splices: [], linkage: [],
    isLabelOnly: changed == nil)
}

private func page(_ ids: [Int64], next: Bool, hidden: Range<Int64> = 0..<0) -> ScannedPage {
  var page = ScannedPage()
  page.resources = ids.map { resource($0) }
  page.omitted = hidden.map { "https://h.example/jsonapi/node/topic/\(resource($0).uuid)?resourceVersion=id%3A1" }
  page.hasNext = next
  return page
}

private func start(_ cursor: Cursor = Cursor(changed: 100, internalID: 50, knownUntil: 200)) -> PullStart {
  PullStart(
    type: type, idAttribute: "drupal_internal__nid", cursor: cursor, siteTime: 1000, window: 300, limit: 50)
}

/// What one page means for a pass.
@Suite struct KeysetPullTests {
  @Test func aPassGoesOnBehindTheLastNumberWhateverTheTimes() throws {
    var pull = KeysetPull(start())
    var first = page([3, 7, 20], next: true)
    first.resources = [resource(3, 900), resource(7, 4), resource(20, 5000)]
    try pull.accept(first)
    #expect(pull.after == 20 && pull.offset == 0 && !pull.isComplete)
    #expect(pull.cursor?.pass == Cursor.Pass(begun: 1000, after: 20))
    #expect(pull.cursor?.changed == 100 && pull.cursor?.knownUntil == 200)
    try pull.accept(page([50], next: false))
    #expect(pull.isComplete && pull.cursor?.pass == nil && pull.cursor?.knownUntil == 1000)
    #expect(pull.cursor?.changed == 700, "what is behind the horizon is asked for again")
  }

  @Test func aPassThatWasCutShortGoesOnWhereItStood() throws {
    var cursor = Cursor(changed: 100, internalID: 50, knownUntil: 200)
    cursor.pass = Cursor.Pass(begun: 600, after: 20)
    var pull = KeysetPull(start(cursor))
    #expect(pull.after == 20)
    try pull.accept(page([50], next: false))
    #expect(pull.cursor?.changed == 300 && pull.cursor?.knownUntil == 600, "its watermark is of when it began")
  }

  @Test(arguments: [1, 3, 49]) func aShortPageWithNextIsNotTheEnd(count: Int64) throws {
    var pull = KeysetPull(start())
    try pull.accept(page(Array(1...count), next: true))
    #expect(!pull.isComplete && pull.offset == 0 && pull.after == count)
  }

  @Test func anEmptyAnswerIsNoticed() throws {
    var pull = KeysetPull(start())
    try pull.accept(page([], next: false))
    #expect(pull.isComplete && !pull.hasSeenAnything)
  }

  @Test func hiddenRowsAreSteppedOverWithAnOverlap() throws {
    var pull = KeysetPull(start())
    try pull.accept(page([], next: true, hidden: 1..<51))
    #expect(pull.offset == 45 && pull.after == nil)
    try pull.accept(page([], next: true, hidden: 46..<96))
    #expect(pull.offset == 90)
    try pull.accept(page([99], next: true, hidden: 91..<92))
    #expect(pull.offset == 0 && pull.after == 99)
  }

  /// Between two pages of one hidden row each, the row before the second tells whether rows have moved.
  @Test func aPassByOffsetHeedsTheRowBefore() throws {
    func pull(before: Int64) throws -> KeysetPull {
      var pull = KeysetPull(start())
      try pull.accept(page([], next: true, hidden: 7..<8))
      #expect(pull.offset == 1)
      var next = page([], next: true, hidden: 9..<10)
      next.before = resource(before)
      try pull.accept(next)
      return pull
    }
    #expect(try pull(before: 7).offset == 2)
    #expect(try pull(before: 8).offset == 0)
  }

  /// Hidden rows were taken away between two pages: what is visible now may stand where nobody looked any more.
  @Test func aPageThatDoesNotJoinUpIsReadFromTheKeyAgain() throws {
    var pull = KeysetPull(start())
    try pull.accept(page([], next: true, hidden: 1..<51))
    try pull.accept(page([77], next: false))
    #expect(pull.offset == 0 && !pull.isComplete && pull.after == nil)
    try pull.accept(page([52, 77], next: false))
    #expect(pull.isComplete)
    var emptied = KeysetPull(start())
    try emptied.accept(page([], next: true, hidden: 1..<51))
    try emptied.accept(page([], next: false))
    #expect(!emptied.isComplete && emptied.offset == 0)
  }

  @Test func rowsThatNeverStopMovingAreGivenUp() throws {
    var pull = KeysetPull(start())
    #expect(throws: UntrustworthyPage.restless) {
      for turn in Int64(0)..<100 { try pull.accept(page([], next: true, hidden: turn * 1000 + 1..<turn * 1000 + 51)) }
    }
    #expect(!pull.isComplete)
  }

  @Test func emptyPagesThatPromiseMore() throws {
    var pull = KeysetPull(start())
    var blind = page([], next: true)
    blind.nextOffset = 50
    try pull.accept(blind)
    #expect(!pull.isComplete && pull.offset == 45)
    try pull.accept(page([7], next: false))
    #expect(pull.isComplete)
    var endless = KeysetPull(start())
    #expect(throws: UntrustworthyPage.restless) {
      for _ in 0..<20_000 { try endless.accept(page([], next: true)) }
    }
  }

  @Test func aPageThatIsAllLabelsIsNotTheEnd() throws {
    var pull = KeysetPull(start())
    var labels = page([], next: true, hidden: 10..<49)
    labels.resources = [resource(1, nil)]
    try pull.accept(labels)
    #expect(!pull.isComplete && pull.after == nil && pull.offset == 35)
  }

  /// Rows that contradict the order or the filter are taken; the key goes no further than is proved.
  @Test(
    arguments: [
      ([5, 9, 7, 12], 12), ([9, 7], nil), ([5, 9, 7], 5), ([12, 5, 9], nil), ([5], 5), ([], nil), ([3, 3], nil),
      ([.max], .max), ([.min, 4], 4),
    ] as [([Int64], Int64?)]) func theKeyGoesNoFurtherThanIsProved(ids: [Int64], reach: Int64?) throws
  {
    #expect(SerialNumber.reach(ids) == reach)
    var pull = KeysetPull(start())
    try pull.accept(page(ids.map { $0 == .max || $0 < 0 ? 1 : $0 }, next: true))
    #expect(!pull.isComplete)
  }

  /// A site that does not heed the number in the filter is read by offsets, once.
  @Test(arguments: [1, 3, 50]) func aSiteThatIgnoresTheKeyIsReadByOffsets(cap: Int) throws {
    let rows = Array(Int64(1)...120)
    var pull = KeysetPull(start())
    var seen: Set<Int64> = []
    var pages = 0
    while !pull.isComplete, pages < 400 {
      pages += 1
      let there = rows.dropFirst(pull.parameters.page.offset)
      let answer = page(Array(there.prefix(cap)), next: there.count > cap)
      seen.formUnion(answer.resources.compactMap(\.internalID))
      try pull.accept(answer)
    }
    #expect(pull.isComplete && seen == Set(rows))
    #expect(pages < 120 / max(1, cap - 5) + 10)
  }

  /// Always the same page, whatever is asked for.
  @Test func aSiteThatIgnoresEverythingIsGivenUp() throws {
    var pull = KeysetPull(start())
    #expect(throws: UntrustworthyPage.restless) {
      for _ in 0..<1000 { try pull.accept(page(Array(1...50), next: true)) }
    }
    var listing = SweepListing(
      type: type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 50, from: SweepState())
    #expect(throws: UntrustworthyPage.restless) {
      for _ in 0..<1000 { _ = try listing.accept(page(Array(1...50), next: true)) }
    }
    var walk = DescendingWalk(start(.start))
    #expect(throws: UntrustworthyPage.restless) {
      for _ in 0..<1000 { try walk.accept(page((1...50).reversed(), next: true)) }
    }
  }

  @Test func anotherTypeChangesNothing() throws {
    var pull = KeysetPull(start())
    let before = pull
    var mixed = page([1], next: false)
    mixed.resources.append(resource(2, type: "node--event"))
    #expect(throws: UntrustworthyPage.foreignType("node--event")) { try pull.accept(mixed) }
    #expect(pull == before)
  }

  /// Where the times that are shown are not in the order of the pages, or the type has translations, a walk proves nothing.
  @Test func aWalkDoesNotTrustTimesOutOfOrder() throws {
    var walk = DescendingWalk(start())
    var first = page([9, 8], next: true)
    first.resources = [resource(9, 300), resource(8, 800)]
    try walk.accept(first)
    #expect(walk.isComplete && walk.distrustsOrder && walk.cursor == nil)
    var translated = DescendingWalk(start())
    var second = page([9], next: true)
    second.resources[0].document = Array(#"{"attributes":{"content_translation_source":"und"}}"#.utf8)
    try translated.accept(second)
    #expect(translated.distrustsOrder)
  }
}

/// What is known after a pass.
@Suite struct CursorTests {
  private let before = Cursor(changed: 100_000, internalID: 50, knownUntil: 100_300)

  @Test(
    arguments: [
      // The newest that was shown, the watermark.
      (nil, 113_600), (150_000, 150_000), (199_990, 199_700), (9_000_000, 199_700), (100_001, 113_600),
    ] as [(Int64?, Int64)]) func theWatermarkIsBehindTheHorizonAndNotFarAheadOfWhatIsShown(shown: Int64?, mark: Int64)
  {
    let after = before.finished(begun: 200_000, window: 300, changed: shown, highest: nil)
    #expect(after.changed == mark && after.knownUntil == 200_000)
  }

  @Test func aClockThatGoesBackTakesTheWatermarkBack() {
    #expect(before.finished(begun: 100_200, window: 300, changed: 100_150, highest: nil).changed == 99_900)
  }

  /// A number that was given out may show later than a higher one, but not later than the settle window.
  @Test func aHigherNumberIsKnownOnceLowerOnesMustHaveShown() {
    var cursor = before.finished(begun: 200_000, window: 300, changed: nil, highest: 60)
    #expect(cursor.internalID == 50 && cursor.newest == 60 && cursor.newestAt == 200_000)
    cursor = cursor.finished(begun: 200_299, window: 300, changed: nil, highest: 70)
    #expect(cursor.internalID == 50 && cursor.newest == 60)
    cursor = cursor.finished(begun: 200_300, window: 300, changed: nil, highest: 70)
    #expect(cursor.internalID == 60 && cursor.newest == 70 && cursor.newestAt == 200_300)
    cursor = cursor.finished(begun: 200_600, window: 300, changed: nil, highest: 70)
    #expect(cursor.internalID == 70 && cursor.newest == 70)
  }

  @Test(arguments: [Int64.min, .max]) func extremeTimesTrapNothing(time: Int64) {
    var cursor = before
    cursor.newestAt = time
    let after = cursor.finished(begun: time, window: .max, changed: time, highest: time)
    #expect(after.changed >= 0)
  }
}
