import Testing

@testable import JSONAPI
@testable import Store
@testable import SyncAgent

private let type = "node--topic"
private let number = "drupal_internal__nid"

/// Whatever reads a collection by offset.
private protocol OffsetReading {
  var parameters: QueryParameters { get }
  var isComplete: Bool { get }
  mutating func take(_ page: ScannedPage) throws
}

extension SweepListing: OffsetReading {
  fileprivate mutating func take(_ page: ScannedPage) throws { _ = try accept(page) }
}

extension UnnumberedListing: OffsetReading {
  fileprivate mutating func take(_ page: ScannedPage) throws { _ = try accept(page) }
}

extension DescendingWalk: OffsetReading {
  fileprivate mutating func take(_ page: ScannedPage) throws { try accept(page) }
}

extension KeysetPull: OffsetReading {
  fileprivate mutating func take(_ page: ScannedPage) throws { try accept(page) }
}

/// What reads by offset; a pass does where the site does not heed its key.
enum ReadingByOffset: String, CaseIterable, Sendable {
  case listing, unnumbered, walk, pass

  fileprivate var begun: any OffsetReading {
    let start = PullStart(
      type: type, idAttribute: number, cursor: .start, siteTime: 1000, window: 0, limit: 50)
    switch self {
    case .listing:
      return SweepListing(type: type, idAttribute: number, method: .offsets, limit: 50, from: SweepState())
    case .unnumbered: return UnnumberedListing(type: type, limit: 50, isSorted: true, from: SweepState())
    case .walk: return DescendingWalk(start)
    case .pass: return KeysetPull(start)
    }
  }
}

/// Pages of one row, as they are asked for where rows fail, and then larger ones again.
@Suite struct LookBackTests {
  private static let rows = Array(1...Int64(20))

  private static func row(_ id: Int64) -> ScannedResource {
    ScannedResource(
      type: type, uuid: ResourceID(high: 1, low: UInt64(id)), changed: id, internalID: id, idAttribute: number,
      revision: nil, document: [], splices: [], linkage: [], isLabelOnly: false)
  }

  private static func page(_ ids: some Sequence<Int64>, next: Bool) -> ScannedPage {
    var page = ScannedPage()
    page.resources = ids.map(row)
    page.hasNext = next
    return page
  }

  /// Reads to the end what a site shows.
  /// - Parameter site: the rows that are there in the order that is asked for, without so many at the beginning, and how many a page
  ///   has, by the number of the page and its offset.
  private static func read(
    _ kind: ReadingByOffset, _ site: (_ page: Int, _ offset: Int) -> (gone: Int, cap: Int)
  ) throws -> (seen: Set<Int64>, offsets: [Int]) {
    var reading = kind.begun
    let all: [Int64] = kind == .walk ? rows.reversed() : rows
    var seen: Set<Int64> = []
    var offsets: [Int] = []
    while !reading.isComplete, offsets.count < 100 {
      let offset = reading.parameters.page.offset
      let (gone, cap) = site(offsets.count, offset)
      offsets.append(offset)
      let there = all.dropFirst(gone + offset)
      let answer = page(there.prefix(cap), next: there.count > cap)
      try reading.take(answer)
      seen.formUnion(answer.resources.compactMap(\.internalID))
    }
    #expect(reading.isComplete)
    return (seen, offsets)
  }

  /// Rows before the place are removed just when pages are larger again: those that moved to the left are seen all the same.
  @Test(arguments: ReadingByOffset.allCases, [1, 2, 3]) func whatMovedBehindAPageOfOneRowIsSeen(
    kind: ReadingByOffset, gone: Int
  ) throws {
    let read = try Self.read(kind) { page, _ in page < 5 ? (0, 1) : (gone, 2) }
    #expect(read.seen == Set(Self.rows))
  }

  /// Where nothing has moved, one page is asked for again, and that from the row before.
  @Test(arguments: ReadingByOffset.allCases) func thatCostsOneRequest(kind: ReadingByOffset) throws {
    let read = try Self.read(kind) { page, _ in (0, page < 5 ? 1 : 4) }
    let place = read.offsets[4]
    #expect(Array(read.offsets[4...6]) == [place, place + 1, place])
    #expect(read.offsets[7...].allSatisfy { $0 > place || $0 == 0 })
    #expect(read.seen == Set(Self.rows))
  }

  /// A site that gives one row at one place, whatever it is asked for.
  @Test(arguments: ReadingByOffset.allCases) func aPlaceThatAlwaysShowsOneRowIsPassed(kind: ReadingByOffset) throws {
    let read = try Self.read(kind) { _, offset in (0, offset == 4 ? 1 : 3) }
    #expect(read.seen == Set(Self.rows) && read.offsets.count { $0 == 4 } == 2)
  }

  /// Pages that are all of one size are never asked for again, of one row or more.
  @Test(arguments: ReadingByOffset.allCases, [1, 2, 3, 50]) func pagesOfOneSizeAreAskedForOnce(
    kind: ReadingByOffset, cap: Int
  ) throws {
    let read = try Self.read(kind) { _, _ in (0, cap) }
    #expect(read.seen == Set(Self.rows))
    #expect(Set(read.offsets).count >= read.offsets.count - 1, "from the beginning at most once more")
  }

  /// The row before says as much, and a page that has rows in common, or begins behind what was stepped over, is not asked for again.
  @Test func onlyWhatNothingElseShowsIsAskedFor() {
    func isDue(_ change: (inout ScannedPage) -> Void = { _ in }, behind last: [Int64] = [3]) -> Bool {
      var lookBack = LookBack<ResourceID>()
      let before = Self.page(last, next: true)
      lookBack.note(before, showing: before.marks)
      var next = Self.page([8, 9], next: true)
      change(&next)
      return lookBack.isDue(for: next, showing: next.marks)
    }
    #expect(isDue())
    #expect(!isDue({ $0.before = Self.row(3) }))
    #expect(!isDue({ $0.skipped = 1 }))
    #expect(!isDue({ $0.resources.removeLast() }))
    #expect(!isDue({ $0.resources[0] = Self.row(3) }))
    #expect(!isDue(behind: [2, 3]))
  }
}
