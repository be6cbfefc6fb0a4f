import OpenSocial
import Testing

@testable import JSONAPI

/// Rows of a few bytes each, without end, on one page of the site.
@Suite struct PageBoundTests {
  private func page(_ row: String, _ count: Int) throws -> ScannedPage {
    var scanner = PageScanner(base: DocumentBase(base), paths: ["node--topic": "/jsonapi/node/topic"])
    let rows = Array(repeating: row, count: count).joined(separator: ",")
    return try scanner.page(Array(#"{"data":[\#(rows)]}"#.utf8), from: "/jsonapi/node/topic")
  }

  /// None of them is taken where there are more than the bound, whether they are JSON or not.
  @Test(arguments: ["{}", "nil", "5"]) func theyAreRefused(row: String) throws {
    #expect(try page(row, ScannedPage.mostRows).rowCount == ScannedPage.mostRows)
    #expect { try page(row, ScannedPage.mostRows + 1) } throws: { error in
      guard let error = error as? JSONSyntaxError else { return false }
      return row == "nil" || error.reason == "more than 10000 resources on one page"
    }
  }
}
