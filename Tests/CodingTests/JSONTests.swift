import Coding
import Foundation
import Support
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    (#""é<>&'\"/""#, #""\u00e9\u003C\u003E\u0026\u0027\u0022\/""#), (#""🤘""#, #""\ud83e\udd18""#),
    (#""\ud83e\udd18 \u00E9 \u0041 \/""#, #""\ud83e\udd18 \u00e9 A \/""#),
    (#""\b\f\n\r\t\\\u0001""#, #""\b\f\n\r\t\\\u0001""#),
    ("\"\u{7F}\u{80}\u{2028}\"", "\"\u{7F}\\u0080\\u2028\""),
    ("[1,-0,1.50,1e3,1E+2,12345678901234567890]", "[1,-0,1.50,1e3,1E+2,12345678901234567890]"),
    (" { \"b\" : [ ] , \"a\" : { } } ", #"{"b":[],"a":{}}"#), (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
    ("true", "true"), ("null", "null"), (#""""#, #""""#),
  ])
  func textIsWrittenAsTheSiteWrites(text: String, expected: String) throws {
    #expect(try JSON(parsing: text).text(.site) == expected)
    #expect(try JSON(parsing: expected).text(.site) == expected)
    #expect(try JSON(parsing: JSON(parsing: text).text(.plain)) == JSON(parsing: text))
    #expect(try JSON(parsing: JSON(parsing: text).text(.oauth)) == JSON(parsing: text))
  }

  @Test func stylesDiffer() throws {
    let json: JSON = "é/<\"\u{1F918}"
    #expect(json.text(.plain) == "\"é/<\\\"\u{1F918}\"")
    #expect(json.text(.oauth) == #""\u00e9/<\"\ud83e\udd18""#)
    #expect(json.text(.php) == #""\u00e9\/<\"\ud83e\udd18""#)
  }

  @Test(arguments: [
    "", " ", "tru", "nul", "01", "1.", ".5", "1e", "-", "+1", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}",
    "{\"a\":1,}",
    "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud83e\"", "\"\\ud83e\\u0041\"", "\"\\udd18\"", "\"\n\"",
    "1 1", "[", "{",
    "]", "NaN", "\u{FEFF}1",
  ])
  func otherTextIsRefused(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
  }

  @Test func bytesMustBeUTF8() {
    for bytes in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
      #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22] + bytes + [0x22]) }
      #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22, 0x5C, 0x6E] + bytes + [0x22]) }
    }
  }

  @Test func nestingEndsAt512() throws {
    let open = String(repeating: "[", count: 512)
    let close = String(repeating: "]", count: 512)
    #expect(try JSON(parsing: open + close).text() == open + close)
    #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "[" + open + close + "]") }
    #expect(throws: JSONSyntaxError.self) { try JSON(parsing: String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test func membersKeepTheirPlace() {
    var object = JSONObject([("a", 1), ("b", 2), ("c", 3)])
    object["b"] = 4
    object["a"] = nil
    object["d"] = 5
    #expect(JSON.object(object).text() == #"{"b":4,"c":3,"d":5}"#)
    #expect(JSON.object(object)["c"]?.integer == 3)
    #expect(JSON.array([1])[1] == nil)
  }

  @Test func randomValuesComeBack() throws {
    let given = ProcessInfo.processInfo.environment["JSONAPI_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? .random(in: 0...999_999_999)
    var random = SplitMix(state: seed)
    func value(_ depth: Int) -> JSON {
      switch Int.random(in: 0..<(depth > 4 ? 4 : 6), using: &random) {
      case 0: return .null
      case 1: return .bool(.random(using: &random))
      case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
      case 3:
        let scalars = (0..<Int.random(in: 0...8, using: &random)).compactMap { _ in
          Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random) >> UInt32.random(in: 0...16, using: &random))
        }
        return .string(String(String.UnicodeScalarView(scalars)))
      case 4: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth + 1) })
      default:
        return .object(JSONObject((0..<Int.random(in: 0...4, using: &random)).map { ("k\($0)", value(depth + 1)) }))
      }
    }
    for _ in 0..<2000 {
      let json = value(0)
      for style in [JSONStyle.site, .oauth, .php, .plain] {
        try #require(try JSON(parsing: json.encoded(style)) == json, "seed \(seed)")
      }
      try #require(json.encoded(.site).allSatisfy { $0 < 0x80 }, "seed \(seed)")
    }
  }
}
