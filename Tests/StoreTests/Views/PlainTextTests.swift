import GRDB
import JSONAPI
import Support
import Testing

@testable import Store

/// What formatted text says without its markup, and where it is kept.
@Suite struct PlainTextTests {
  private func plain(_ html: String) -> String { String(decoding: PlainText.of(Array(html.utf8)), as: UTF8.self) }

  @Test(arguments: [
    ("<p>One</p>\n<p>Two <strong>three</strong>four</p>", "One\n\nTwo threefour"),
    ("<ul>\n<li>a</li><li>b &amp; c</li></ul>end", "a\nb & c\n\nend"), ("a<br>b<br/><br />c", "a\nb\n\nc"),
    ("  a \n\t b&nbsp;&#160;c\u{A0}d  ", "a b c d"), ("x < y and <3", "x < y and <3"),
    ("&unknown; &amp &#x1F389; &#65;", "&unknown; &amp 🎉 A"),
    ("<script>var a = '<p>';</script>seen<style>p {}</STYLE>.", "seen."),
    ("a<!-- <p>b</p> -->c<!DOCTYPE x><?php ?>d", "acd"),
    ("<a title='>' href=\"x>y\">link</a>", "link"), ("<a title=it's>link</a> here", "link here"),
    ("<td>1</td><td>2</td>", "1 2"),
    ("cut <a href=\"", "cut"), ("cut <", "cut <"), ("cut <script>all", "cut"), ("cut &", "cut &"), ("", ""),
    ("<p></p>", ""),
    ("&#0;&#xD800;&#99999999;x", "\u{FFFD}\u{FFFD}x"), ("Zürich &auml;&Auml; 東京 🎉", "Zürich äÄ 東京 🎉"),
  ])
  func markupGoes(html: String, text: String) { #expect(plain(html) == text) }

  /// Whatever it is, it is read once.
  @Test(arguments: ["<", "<!--", "<a '", "&", "<script>", "</", "<a b='", "&#", "\u{C2}", "<p>"])
  func hostileHTMLCostsNoMore(piece: String) {
    let html = Array(String(repeating: piece, count: 200_000).utf8)
    let reading = ProcessorTime.of { PlainText.of(html) }
    #expect(reading.outcome.count <= 2 * html.count)
    #expect(reading.time < .seconds(20))
  }

  @Test func escapesAreResolved() {
    let json = Array(#"a\u003Cb\/\\\n\t\ud83c\udf89\u00e9\ud800x\u12"#.utf8)
    let text = json.withUnsafeBytes { JSONText.unescaped($0) }
    #expect(String(decoding: text, as: UTF8.self) == "a<b/\\\n\t🎉é\u{FFFD}x\u{FFFD}12")
  }

  private func texts(_ made: CrawledMirror) throws -> [String: String] {
    try made.mirror.database.read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT r.internal_id || ' ' || f.name, p.text FROM plain_text p JOIN resource r ON r.id = p.resource
          JOIN field f ON f.id = p.field
          """)
      return try rows.reduce(into: [:]) {
        $0[try $1.decode(String.self, atIndex: 0)] = try $1.decode(String.self, atIndex: 1)
      }
    }
  }

  private static func body(_ html: String) -> String {
    #""title":"x","body":{"value":"source","format":"full","processed":"\#(html)"}"#
  }

  @Test func theyGoWithTheDocument() throws {
    let made = try SmallCommunity.mirror([
      SmallCommunity.topic(1, Self.body(#"\u003Cp\u003EOne\u003C\/p\u003E"#)),
      SmallCommunity.topic(2, #""title":"no body","body":null"#),
      SmallCommunity.topic(
        3, #""body":{"value":"\u003Cem\u003Eown\u003C\/em\u003E","format":"full","processed":null}"#),
      SmallCommunity.topic(
        4,
        #""more":[{"value":"a","format":"x","processed":"A"},{"value":"b","format":"x","processed":"B"},7],"format":"x""#
      ),
    ])
    #expect(try texts(made) == ["1 body": "One", "3 body": "own", "4 more": "A\n\nB"])
    try SmallCommunity.add([SmallCommunity.topic(1, Self.body("Two"))], to: made)
    #expect(try texts(made)["1 body"] == "Two")
    try SmallCommunity.add([SmallCommunity.topic(1, #""title":"x","body":null"#)], to: made)
    #expect(try texts(made)["1 body"] == nil)
    _ = try made.mirror.sweeping.beginSweep(of: "node--topic", at: 5)
    let all = try made.mirror.sweeping.everything(of: "node--topic")
    _ = try made.mirror.sweeping.remove(
      all.map { Removal($0, .deleted, how: "test") }, of: "node--topic", onHidden: .drop, at: 5)
    #expect(try texts(made).isEmpty)
  }

  /// What was stored before there were any gets them in steps, and those that were begun go on.
  @Test func mirrorsOfBeforeAreFilled() throws {
    let made = try CrawledMirror.full()
    let all = try texts(made)
    #expect(all.count > 400)
    #expect(try !made.mirror.views.fillPlainTexts())
    try made.mirror.database.write { db in
      try db.execute(sql: "DELETE FROM plain_text")
      try db.execute(sql: "INSERT INTO setting (name, value) VALUES ('plain_text_after', '0')")
    }
    var steps = 0
    while try made.mirror.views.fillPlainTexts(100) { steps += 1 }
    #expect(steps == 14)
    #expect(try texts(made) == all)
    #expect(try made.mirror.reading.fact(.plainTextAfter) == nil)
  }
}
