import Store
import Testing

@testable import SyncAgent

/// A `Date` from another day or decade is named.
@Suite struct ClockDifferenceTests {
  private static let now: Int64 = 1_800_000_000

  static let table: [(site: Int64?, words: String?)] = [
    (nil, nil), (now, nil), (now + 86_400, nil), (now - 86_400, nil),
    (now + 86_401, "it says 2027-01-16T08:00:01+00:00, 1 day ahead of this machine's"),
    (now - 315_360_000, "it says 2017-01-17T08:00:00+00:00, 3650 days behind this machine's"),
    (0, "it says 1970-01-01T00:00:00+00:00, 20833 days behind this machine's"),
    (253_402_300_799, "it says 9999-12-31T23:59:59+00:00, 2912063 days ahead of this machine's"),
  ]

  @Test(arguments: table.indices) func aDifferenceOfMoreThanADayIsNamed(index: Int) {
    let (site, words) = Self.table[index]
    let found = ClockDifference.finding(site, at: Self.now)
    #expect(found?.reason == words)
    if let found { #expect(found.sentence.hasPrefix("setting the site's clock: it says ")) }
  }

  @Test(arguments: [Int64.min, .max]) func anyClockWillDo(now: Int64) {
    #expect(ClockDifference.finding(1_800_000_000, at: now) != nil)
  }
}
