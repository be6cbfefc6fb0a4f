import Testing

@testable import JSONAPI
@testable import SyncAgent

private let type = "node--topic"

/// A resource at a place of the order; a nil time is a resource that shows only its label.
private func resource(_ changed: Int64?, _ id: Int64, type: String = type) -> ScannedResource {
  ScannedResource(
    type: type, uuid: ResourceID(high: 1, low: UInt64(id)), changed: changed, internalID: changed == nil ? nil : id,
    idAttribute: "drupal_internal__nid", revision: nil, document: [], splices: [], linkage: [],
    isLabelOnly: changed == nil)
}

private func page(_ keys: [(Int64, Int64)], next: Bool, omitted: [String] = []) -> ScannedPage {
  var page = ScannedPage()
  page.resources = keys.map { resource($0.0, $0.1) }
  page.omitted = omitted
  page.hasNext = next
  return page
}

private func hidden(_ numbers: Range<Int>, next: Bool = true) -> ScannedPage {
  page([], next: next, omitted: numbers.map { "hidden/\($0)" })
}

private func pull(from changed: Int64 = 0, _ id: Int64 = 0, horizon: Int64 = 1000) -> KeysetPull {
  KeysetPull(type: type, from: PullKey(changed: changed, internalID: id), horizon: horizon)
}

/// What one page means for the pull.
@Suite struct KeysetPullTests {
  @Test func aTieOverThePageBorderGoesOnBehindItsSerialNumber() throws {
    var pull = pull()
    try pull.accept(page([(10, 1), (20, 5), (20, 7)], next: true))
    #expect(pull.key == PullKey(changed: 20, internalID: 7))
    #expect(!pull.isComplete)
    try pull.accept(page([(20, 8), (20, 900), (21, 2)], next: false))
    #expect(pull.key == PullKey(changed: 21, internalID: 2))
    #expect(pull.settled == pull.key)
    #expect(pull.isComplete)
  }

  @Test func theHotTailMovesTheKeyButIsNotRemembered() throws {
    var pull = pull(horizon: 100)
    try pull.accept(page([(99, 1), (100, 2), (101, 3)], next: true))
    #expect(pull.settled == PullKey(changed: 100, internalID: 2))
    #expect(pull.key == PullKey(changed: 101, internalID: 3))
    try pull.accept(page([(101, 4), (150, 1)], next: false))
    #expect(pull.settled == PullKey(changed: 100, internalID: 2))
    #expect(pull.key == PullKey(changed: 150, internalID: 1))
  }

  @Test func anEmptyPageEndsThePullWhereItBegan() throws {
    var pull = pull(from: 7, 8)
    try pull.accept(page([], next: false))
    #expect(pull.isComplete)
    #expect(pull.settled == PullKey(changed: 7, internalID: 8))
  }

  @Test(arguments: [1, 3, 49]) func aShortPageWithNextIsNotTheEnd(count: Int) throws {
    var pull = pull()
    try pull.accept(page((1...Int64(count)).map { (10, $0) }, next: true))
    #expect(!pull.isComplete)
    #expect(pull.offset == 0)
  }

  @Test func hiddenRowsAreSteppedOverWithAnOverlap() throws {
    var pull = pull(from: 5, 5)
    try pull.accept(hidden(0..<50))
    #expect(pull.offset == 45)
    #expect(!pull.isComplete)
    try pull.accept(hidden(45..<95))
    #expect(pull.offset == 90)
    #expect(pull.key == PullKey(changed: 5, internalID: 5))
    try pull.accept(page([(9, 9)], next: true, omitted: ["hidden/90"]))
    #expect(pull.offset == 0)
    #expect(pull.key == PullKey(changed: 9, internalID: 9))
  }

  @Test func hiddenRowsThatMovedMeanwhileStartTheStepsAnew() throws {
    var pull = pull()
    try pull.accept(hidden(0..<50))
    try pull.accept(hidden(46..<96))
    #expect(pull.offset == 0)
    #expect(!pull.isComplete)
    try pull.accept(hidden(1..<51))
    #expect(pull.offset == 45)
  }

  /// Hidden rows were taken away between two pages: what is visible now may stand where nobody looked any more.
  @Test func aVisiblePageThatDoesNotJoinUpIsReadFromTheKeyAgain() throws {
    var pull = pull()
    try pull.accept(hidden(0..<50))
    #expect(pull.offset == 45)
    try pull.accept(page([(7, 7)], next: false))
    #expect(pull.offset == 0 && !pull.isComplete && pull.settled == PullKey(changed: 0, internalID: 0))
    try pull.accept(page([(5, 5), (7, 7)], next: false))
    #expect(pull.isComplete && pull.settled == PullKey(changed: 7, internalID: 7))
  }

  @Test func rowsThatNeverStopMovingAreGivenUp() throws {
    var pull = pull()
    #expect(throws: UntrustworthyPage.restless) {
      for turn in 0..<100 { try pull.accept(hidden(turn * 1000..<turn * 1000 + 50)) }
    }
    #expect(!pull.isComplete)
  }

  /// `next` without a single row, shown or left out: rows that are hidden without a trace. More follow.
  @Test func anEmptyPageThatPromisesMoreIsSteppedOver() throws {
    var pull = pull()
    try pull.accept(page([], next: true))
    #expect(!pull.isComplete)
    #expect(pull.offset == 45)
    try pull.accept(page([(7, 7)], next: false))
    #expect(pull.isComplete)
    #expect(pull.settled == PullKey(changed: 7, internalID: 7))
  }

  @Test func emptyPagesThatPromiseMoreForEverAreGivenUp() throws {
    var pull = pull()
    #expect(throws: UntrustworthyPage.restless) {
      for _ in 0..<20_000 { try pull.accept(page([], next: true)) }
    }
    #expect(!pull.isComplete)
  }

  /// The cursor's own resource is asked for again: an answer without it is noticed.
  @Test func thePullBeginsWithTheResourceOnTheCursor() throws {
    let start = Deciders.Start(
      type: type, idAttribute: "drupal_internal__nid", settled: PullKey(changed: 20, internalID: 5), horizon: 1000,
      limit: 50)
    var silent = KeysetPull(start)
    try silent.accept(page([], next: false))
    #expect(silent.isComplete && !silent.hasSeenAnything)
    #expect(silent.settled == PullKey(changed: 20, internalID: 5))
    var pull = KeysetPull(start)
    try pull.accept(page([(20, 5)], next: false))
    #expect(pull.isComplete && pull.hasSeenAnything)
    #expect(pull.settled == PullKey(changed: 20, internalID: 5))
  }

  @Test func aPageThatIsAllLabelsIsNotTheEnd() throws {
    var pull = pull(from: 3, 3)
    var labels = hidden(0..<40)
    labels.resources = [resource(nil, 1)]
    try pull.accept(labels)
    #expect(pull.key == PullKey(changed: 3, internalID: 3))
    #expect(!pull.isComplete)
  }

  @Test(
    arguments: [
      ([(10, 1), (11, 1)], UntrustworthyPage.filterIgnored(PullKey(changed: 10, internalID: 1))),
      ([(20, 5)], .filterIgnored(PullKey(changed: 20, internalID: 5))),
      ([(20, 6), (20, 4)], .filterIgnored(PullKey(changed: 20, internalID: 4))),
      ([(30, 2), (30, 1)], .sortIgnored(PullKey(changed: 30, internalID: 1))),
      ([(30, 2), (30, 2)], .sortIgnored(PullKey(changed: 30, internalID: 2))),
      ([(31, 2), (30, 3)], .sortIgnored(PullKey(changed: 30, internalID: 3))),
    ] as [([(Int64, Int64)], UntrustworthyPage)])
  func aPageThatCannotBeTheAnswerChangesNothing(keys: [(Int64, Int64)], fault: UntrustworthyPage) throws {
    var pull = pull(from: 20, 5)
    let before = pull
    #expect(throws: fault) { try pull.accept(page(keys, next: false)) }
    #expect(pull == before)
  }

  @Test func anotherTypeChangesNothing() throws {
    var pull = pull()
    let before = pull
    var mixed = page([(1, 1)], next: false)
    mixed.resources.append(resource(2, 2, type: "node--event"))
    #expect(throws: UntrustworthyPage.foreignType("node--event")) { try pull.accept(mixed) }
    #expect(pull == before)
  }

  @Test func keysAreInTheOrderOfTimeThenNumber() {
    let keys = [(2, 1), (1, 9), (1, 2), (10, 0)].map { PullKey(changed: $0.0, internalID: $0.1) }
    #expect(keys.sorted().map(\.description) == ["(1, 2)", "(1, 9)", "(2, 1)", "(10, 0)"])
  }
}
