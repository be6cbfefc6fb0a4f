import Coding
import Testing

@Suite struct HTMLTextTests {
  @Test func signsOfHTMLAreEntities() {
    #expect(
      HTMLText.escaped(#"<a href="x">Tom & 'Zoë'</a>"#)
        == "&lt;a href=&quot;x&quot;&gt;Tom &amp; &#039;Zoë&#039;&lt;/a&gt;")
    #expect(HTMLText.escaped("&amp;") == "&amp;amp;")
    #expect(HTMLText.escaped("") == "")
  }

  /// To a browser a sign with an accent on it is the bare sign: it would end the attribute.
  @Test(arguments: ["\"", "'", "<", ">", "&"]) func anAccentHidesNoSign(sign: String) {
    for mark in ["\u{301}", "\u{338}", "\u{200D}", "\u{FE0F}", "\u{20DD}"] {
      let escaped = HTMLText.escaped("a\(sign)\(mark)b")
      #expect(escaped.hasPrefix("a&") && escaped.unicodeScalars.contains(";"))
      #expect(!escaped.unicodeScalars.dropFirst(2).contains { $0 == "\"" || $0 == "'" || $0 == "<" || $0 == ">" })
    }
  }
}
