import Coding
import Testing

/// Codings of bytes as text: every value there and back, and what is none of it refused or left as it is.
@Suite struct ByteCodingTests {
  private static let all = (0...255).map { UInt8($0) }

  @Test func hexadecimalGoesBothWays() {
    let text = Hexadecimal.text(Self.all)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
    #expect(Hexadecimal.bytes(text) == Self.all && Hexadecimal.bytes(text.uppercased()) == Self.all)
    #expect(Hexadecimal.text([UInt8]()) == "" && Hexadecimal.bytes("") == [])
    for value in 0...15 as ClosedRange<UInt8> {
      #expect(Hexadecimal.value(of: Hexadecimal.digit(value)) == value)
      #expect(Hexadecimal.value(of: Hexadecimal.upperDigit(value)) == value)
    }
    #expect(Self.all.filter { Hexadecimal.value(of: $0) != nil } == Array("0123456789ABCDEFabcdef".utf8))
  }

  @Test(arguments: ["0", "0g", "+1", " 00", "00 ", "\u{FF10}0", "0x00"]) func otherTextIsNoHexadecimal(text: String) {
    #expect(Hexadecimal.bytes(text) == nil)
  }

  /// The vectors of RFC 4648, 10, without their padding, and the two digits of the alphabet for URLs.
  @Test(
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
      ("foobar", "Zm9vYmFy"), ("?>?>\u{7F}~", "Pz4_Pn9-"),
    ])
  func base64GoesBothWays(text: String, coded: String) {
    #expect(Base64URL.encode(text.utf8) == coded)
    #expect(Base64URL.decode(coded) == Array(text.utf8))
  }

  @Test func everyLengthComesBackFromBase64() {
    for count in 0...Self.all.count {
      #expect(Base64URL.decode(Base64URL.encode(Self.all.suffix(count))) == Array(Self.all.suffix(count)))
    }
  }

  @Test(arguments: ["Zg==", "Zh", "Z", "Zm9v\n", "Zm+v", "Zm/v", "Zm 9", "Zm9vYmF"])
  func otherTextIsNoBase64(text: String) {
    #expect(Base64URL.decode(text) == nil)
  }

  @Test func percentCodingGoesBothWays() {
    let text = "a-._~ /?#[]@!$&'()*+,;=%\u{E9}\u{1F918}"
    #expect(
      PercentCoding.encoded(text)
        == "a-._~%20%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%C3%A9%F0%9F%A4%98")
    #expect(PercentCoding.encoded("a/b c", keeping: [UInt8(ascii: "/")]) == "a/b%20c")
    #expect(PercentCoding.decodedPath(PercentCoding.encoded(text)) == text)
    #expect(PercentCoding.normalized("/%7Ea%2fb%41%zz%") == "/~a%2fbA%zz%")
    // A plus sign is a space in a form and itself in a path.
    #expect(PercentCoding.decodedPath("a+b%2B") == "a+b+")
    #expect(PercentCoding.formDecoded("a+b%2B".utf8) == Array("a b+".utf8))
  }

  @Test(arguments: ["%", "%4", "%4g", "%g4", "%+1", "%%", "%\u{E9}0"]) func lonelyPercentSignsStay(text: String) {
    #expect(PercentCoding.formDecoded(text.utf8) == Array(text.replacing("+", with: " ").utf8))
  }

  @Test func formsAreWrittenAsBrowsersWriteThem() {
    let pairs = [("grant_type", "password"), ("user name", "a&b=c+~*-._"), ("\u{E9}", "")]
    let text = String(decoding: FormCoding.bytes(pairs), as: UTF8.self)
    #expect(text == "grant_type=password&user+name=a%26b%3Dc%2B%7E*-._&%C3%A9=")
    #expect(FormCoding.bytes([]) == [])
    #expect(FormCoding.pairs(FormCoding.bytes(pairs)).map { "\($0)|\($1)" } == pairs.map { "\($0)|\($1)" })
  }

  @Test func formsAreReadPairByPair() {
    func read(_ text: String, most: Int = .max, longest: Int = .max) -> [String] {
      FormCoding.pairs(Array(text.utf8), most: most, longest: longest).map { "\($0)|\($1)" }
    }
    #expect(read("a=1&a=2&b&=c&&d=e=f&g=%zz+") == ["a|1", "a|2", "b|", "d|e=f", "g|%zz "])
    #expect(read("") == [] && read("&&") == [])
    #expect(read("a=1&b=2&c=3", most: 2) == ["a|1", "b|2"])
    #expect(read("a=123&b=2", longest: 3) == ["b|2"])
  }

  @Test func endsAreTrimmedAsByPHP() {
    #expect(" \t\n\r\u{B}\0a b\0 ".trimmedAsByPHP == "a b")
    // Other white space stays.
    #expect("\u{A0}a\u{C}".trimmedAsByPHP == "\u{A0}a\u{C}")
    #expect(" \0".trimmedAsByPHP == "" && "".trimmedAsByPHP == "")
  }

  @Test func markupBecomesEntities() {
    #expect(HTMLText.escaped("<a href=\"x\">&amp;'\u{E9}") == "&lt;a href=&quot;x&quot;&gt;&amp;amp;&#039;\u{E9}")
  }
}
