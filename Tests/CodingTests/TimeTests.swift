import Coding
import Testing

@Suite struct TimeTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00+00:00", 0),
      ("2000-02-29T12:34:56+00:00", 951_827_696),
      ("2026-11-23T23:31:07+00:00", 1_795_476_667),
      ("1969-12-31T23:59:59+00:00", -1),
      ("1900-03-01T00:00:00+00:00", -2_203_891_200),
      ("2100-03-01T00:00:00+00:00", 4_107_542_400),
      ("0001-01-01T00:00:00+00:00", -62_135_596_800),
      ("9999-12-31T23:59:59+00:00", 253_402_300_799),
    ] as [(String, Int64)])
  func theSiteFormGoesBothWays(text: String, seconds: Int64) {
    #expect(RFC3339.unixSeconds(text) == seconds)
    #expect(RFC3339.text(unixSeconds: seconds) == text)
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01t00:00:00z", 0),
      ("1970-01-01 00:00:00Z", 0),
      ("1970-01-01T00:00:00.999999Z", 0),
      ("1970-01-01T11:00:00+11:00", 0),
      ("1969-12-31T18:30:00-05:30", 0),
      ("1970-01-01T11:00:00.5+11:00", 0),
      ("2016-12-31T23:59:60Z", 1_483_228_800),
    ] as [(String, Int64)])
  func otherFormsAreRead(text: String, seconds: Int64) {
    #expect(RFC3339.unixSeconds(text) == seconds)
  }

  @Test(arguments: [
    "", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+0000", "1970-01-01T00:00:00+00",
    "1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "1970-01-00T00:00:00Z",
    "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z",
    "1970-01-01T00:00:00.12", "1970-01-01T00:00:00Zx", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60",
    "1970-01-01T00:00:00+00:00 ", "197a-01-01T00:00:00Z", "1970/01/01T00:00:00Z", "+970-01-01T00:00:00Z",
    "1970-01-01X00:00:00Z", "1795476667", "1970-01-01T00:00:00\u{e9}00:00",
  ])
  func otherTextIsRefused(text: String) {
    #expect(RFC3339.unixSeconds(text) == nil)
  }

  @Test func everyDayOfFourHundredYearsComesBack() {
    var expected: Int64 = -11_676_096_000  // 1600-01-01
    for _ in 0..<146_097 {
      #expect(RFC3339.unixSeconds(RFC3339.text(unixSeconds: expected)) == expected)
      expected += 86_400
    }
    #expect(RFC3339.text(unixSeconds: expected) == "2000-01-01T00:00:00+00:00")
  }

  @Test(arguments: [Int64.min, Int64.max]) func theEndsOfTheRangeDoNotTrap(seconds: Int64) {
    #expect(RFC3339.text(unixSeconds: seconds).hasSuffix("+00:00"))
    #expect(IMFFixdate.text(unixSeconds: seconds).hasSuffix("GMT"))
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Sun, 19 Nov 1978 05:00:00 GMT", 280_299_600),
      ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
      ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
      ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
    ] as [(String, Int64)])
  func headerDatesGoBothWays(text: String, seconds: Int64) {
    #expect(IMFFixdate.text(unixSeconds: seconds) == text)
    #expect(IMFFixdate.unixSeconds(text) == seconds)
  }

  @Test(arguments: [
    "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
    "Thu, 29 Feb 2023 12:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08-49-37 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "1795465986",
  ])
  func otherHeaderDatesAreRefused(text: String) {
    #expect(IMFFixdate.unixSeconds(text) == nil)
  }
}
