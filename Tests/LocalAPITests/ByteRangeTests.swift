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
      ("bytes=99999999999999999999-", .whole),
    ] as [(String, ByteRange)])
  func rangesOfAHundredBytes(header: String, range: ByteRange) { #expect(ByteRange(header, size: 100) == range) }

  @Test func nothingHasNoPart() { #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable) }
}
