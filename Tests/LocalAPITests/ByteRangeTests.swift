import Testing

@testable import LocalAPI

/// RFC 9110, 14.1.2 and 14.2.
@Suite struct ByteRangeTests {
  @Test(
    arguments: [
      ("bytes=0-9", .part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-10", .part(90..<100)),
      ("bytes=0-1000", .part(0..<100)), ("bytes=-1000", .part(0..<100)), ("BYTES=99-99", .part(99..<100)),
      ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=9-3", .whole), ("bytes=0-1,5-6", .whole),
      ("items=0-1", .whole), ("bytes=a-b", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("", .whole),
      ("bytes=99999999999999999999-", .unsatisfiable),
    ] as [(String, ByteRange)])
  func rangesOfAHundredBytes(header: String, range: ByteRange) { #expect(ByteRange(header, size: 100) == range) }

  /// Numbers at and beyond the ends of what there is: a place behind every end is the end, and no sum is made of it.
  @Test(
    arguments: [
      ("bytes=0-9223372036854775807", .part(0..<100)), ("bytes=5-9223372036854775806", .part(5..<100)),
      ("bytes=99-99999999999999999999999", .part(99..<100)), ("bytes=9223372036854775807-", .unsatisfiable),
      ("bytes=18446744073709551616-", .unsatisfiable), ("bytes=-9223372036854775808", .part(0..<100)),
      ("bytes=-99999999999999999999999", .part(0..<100)),
      ("bytes=9223372036854775807-9223372036854775807", .unsatisfiable),
      ("bytes=9223372036854775807-0", .whole), ("bytes=--1", .whole), ("bytes=-", .whole), ("bytes=+1-2", .whole),
    ] as [(String, ByteRange)])
  func extremes(header: String, range: ByteRange) { #expect(ByteRange(header, size: 100) == range) }

  @Test(arguments: [0, 1, Int64.max]) func everySizeHasAnAnswer(size: Int64) {
    let numbers = ["", "0", "1", "\(Int64.max)", "\(Int64.max - 1)", "\(UInt64.max)", "\(size)"]
    for first in numbers {
      for last in numbers {
        guard case .part(let range) = ByteRange("bytes=\(first)-\(last)", size: size) else { continue }
        #expect(range.lowerBound >= 0 && range.upperBound <= size && !range.isEmpty)
      }
    }
  }

  @Test func nothingHasNoPart() { #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable) }
}
