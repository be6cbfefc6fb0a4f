import Coding
import Testing

@Suite struct NumberTests {
  @Test func sumsEndAtTheEnds() {
    #expect(Int64.max.addingClamped(1) == .max && Int64.min.addingClamped(-1) == .min && Int64(2).addingClamped(3) == 5)
    #expect(Int64.min.subtractingClamped(1) == .min && Int64.max.subtractingClamped(-1) == .max)
    #expect(Int64.max.multipliedClamped(by: -2) == .min && Int64.min.multipliedClamped(by: -2) == .max)
    #expect(
      Int64(clamping: Double.infinity) == .max && Int64(clamping: -1e300) == .min && Int64(clamping: Double.nan) == 0)
    #expect(Int(clamping: 1.9) == 1 && Int(clamping: -1.9) == -1)
  }

  @Test(
    arguments: [
      ("0", 0), ("007", 7), ("9223372036854775807", Int64.max), ("9223372036854775808", nil), ("", nil), ("+5", nil),
      ("-5", nil), (" 5", nil), ("5 ", nil), ("5x", nil), ("\u{665}", nil), ("1_000", nil), ("0x1", nil),
      ("5\u{301}", nil),
    ] as [(String, Int64?)])
  func digitsAloneAreANumber(text: String, number: Int64?) {
    #expect(Int64(digits: text) == number)
    #expect(Int(digits: text[...]) == number.map { Int($0) })
  }

  @Test func moreDigitsThanFitAreTheGreatestNumber() {
    let many = String(repeating: "9", count: 100)
    #expect(Int64(clampingDigits: many) == .max && Int(clampingDigits: many) == .max)
    #expect(Int64(clampingDigits: "12") == 12 && Int(clampingDigits: "12") == 12)
    #expect(Int64(clampingDigits: "") == nil && Int(clampingDigits: "+1") == nil)
    #expect(!"".isDecimalDigits && "0".isDecimalDigits && !"1.0".isDecimalDigits)
  }
}
