import GRDB
import OpenSocial
import Support
import Testing

@testable import JSONAPI
@testable import Store

/// Names with a character that SQLite takes for the end of a text.
@Suite struct NULNameTests {
  private func page(_ rows: [String]) throws -> ScannedPage {
    var scanner = PageScanner(base: DocumentBase(CrawledMirror.site), paths: ["node--topic": "/jsonapi/node/topic"])
    return try scanner.page(Array(#"{"data":[\#(rows.joined(separator: ","))]}"#.utf8), from: "/jsonapi/node/topic")
  }

  /// To SQLite a text ends at a NUL: two names would be one, and what was kept would never be found again.
  @Test func aNameWithANULCostsNothing() throws {
    let made = try CrawledMirror()
    try made.mirror.discovery.discovered(["node--topic": "/jsonapi/node/topic"])
    let run = try made.mirror.pulling.beginRun("test", at: 1)
    let target = #"{"data":{"type":"node--topic\u0000","id":"\#(SmallCommunity.uuid(1))"}}"#
    let usual = BrokenRowTests.row(2).replacing(":{}}", with: #":{"field_a":{"data":null},"uid":\#(target)}}"#)
    let odd = BrokenRowTests.row(3, more: #""drupal_internal__nid\u0000":7,"drupal_internal__n\u0000":7,"#)
      .replacing(":{}}", with: #":{"field_a\u0000b":\#(target),"field_a\u0000c":\#(target),"field_a":\#(target)}}"#)
    for _ in 0..<3 {
      for rows in [[odd, usual, BrokenRowTests.row(1)], [BrokenRowTests.row(4), odd]] {
        let page = try page(rows)
        #expect(page.unusable.isEmpty && page.resources.count == rows.count)
        _ = try made.mirror.pulling.apply([
          PageApplication(type: "node--topic", resources: page.resources, omitted: 0, cursor: nil, run: run)
        ])
      }
    }
    let numbers = try made.mirror.database.read {
      try Int.fetchAll($0, sql: "SELECT internal_id FROM resource ORDER BY internal_id")
    }
    #expect(numbers == [1, 2, 3, 4])
    #expect(try made.rendered("node--topic", SmallCommunity.uuid(3))?.contains(#"field_a\u0000b"#) == true)
  }
}
