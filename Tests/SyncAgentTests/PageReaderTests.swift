import Foundation
import JSONAPI
import OpenSocial
import Support
import Synchronization
import Testing
import Upstream

@testable import SyncAgent

private let type = "node--topic"
private let path = "/jsonapi/node/topic"
private let parameters = QueryParameters.unfiltered(sort: [SortKey("drupal_internal__nid")], offset: 0, limit: 4)

/// Rows that fail alone, where the page behind them shows nothing.
@Suite struct PageReaderTests {
  /// Behind a row that fails an empty answer is no end, as long as the row is not listed as the last. It takes three failures until
  /// a row is stepped over.
  @Test(
    arguments: [
      (3, 0, 3, [2, 3]), (3, 1, 3, [1, 2, 3]), (3, 9, 3, [1, 2, 3]), (.max, 0, 3, [2, 3]), (.max, 1, 3, [2, 3]),
      (.max, 2, 3, [2, 3]), (3, 0, 1, []), (.max, 0, 1, []), (.max, 9, 1, []),
    ] as [(Int, Int, Int, [Int64])])
  func anEmptyAnswerBehindARowThatFailsIsNoEnd(fails: Int, empties: Int, rows: Int, shown: [Int64]) async throws {
    let collection = FailingCollection(rows: rows, fails: fails, empties: empties)
    var reader = try collection.reader()
    let page = try await reader.page(path, parameters)
    let skipped = rows - shown.count
    #expect(page.resources.compactMap(\.internalID) == shown && page.skipped == skipped && !page.hasNext)
    let named = reader.takeSteppedOver()
    #expect(named.count == skipped, "what came after all is not set aside")
  }

  @Test func anEmptinessThatStaysIsNotBelieved() async throws {
    let collection = FailingCollection(rows: 3, fails: .max, empties: .max)
    await #expect(throws: UntrustworthyPage.suddenlyEmpty) {
      var reader = try collection.reader()
      _ = try await reader.page(path, parameters)
    }
  }

  /// A site that does not even list its last row has shown what it has.
  @Test func aLastRowThatIsNotListedIsSteppedOver() async throws {
    var reader = try FailingCollection(rows: 1, fails: .max, empties: 0, isListed: false).reader()
    let page = try await reader.page(path, parameters)
    #expect(page.skipped == 1 && page.rowCount == 0)
  }

  @Test func whereNothingFailsNothingIsListed() async throws {
    let collection = FailingCollection(rows: 3, fails: 0, empties: 0)
    var reader = try collection.reader()
    let page = try await reader.page(path, parameters)
    #expect(page.resources.count == 3 && collection.requests == 1)
  }
}

/// A collection of which the first row fails so many times, and what is behind it is then left out of so many answers.
private final class FailingCollection: Transport {
  private struct State {
    var fails: Int
    var empties: Int
    var requests = 0
  }
  private let rows: Int
  private let isListed: Bool
  private let state: Mutex<State>

  /// - Parameter isListed: whether the row that fails is listed where only some of its fields are asked for.
  init(rows: Int, fails: Int, empties: Int, isListed: Bool = true) {
    self.rows = rows
    self.isListed = isListed
    state = Mutex(State(fails: fails, empties: empties))
  }

  /// How often the collection was asked for.
  var requests: Int { state.withLock { $0.requests } }

  /// A reader that asks once for each page, and waits for nothing.
  func reader() throws -> PageReader {
    let base = try BaseURL("https://h.example")
    let session = try OAuthSession(
      tokenURL: base.url(path: "/oauth/token"),
      credentials: Credentials(grant: .password(username: "u", password: "p"), clientID: "c", clientSecret: "s"),
      transport: self, vault: MemoryTokenVault(), now: { 1_900_000_000 }, logger: silentLog)
    var retries = RetryTable()
    retries.attempts = 1
    let site = Site(
      base: base, session: session, pacer: RequestPacer(requestsPerSecond: 0), retries: retries, wait: { _ in })
    return PageReader(
      site: site, scanner: PageScanner(base: DocumentBase(base.description), paths: [type: path]),
      patience: PageReader.Patience(most: 4, type: type, rowsInARow: 8, confirm: {}, now: { 1_900_000_000 }))
  }

  func send(_ request: OutboundRequest) async throws -> InboundResponse {
    if request.url.hasSuffix("/oauth/token") {
      let token = #"{"token_type":"Bearer","expires_in":300,"access_token":"token"}"#
      return FailingCollection.answer(200, "application/json", token)
    }
    let query = request.url.removingPercentEncoding ?? ""
    let offset = FailingCollection.number("page[offset]=", in: query) ?? 0
    let limit = FailingCollection.number("page[limit]=", in: query) ?? 50
    return state.withLock { answer(offset: offset, limit: limit, isSparse: query.contains("fields["), &$0) }
  }

  private func answer(offset: Int, limit: Int, isSparse: Bool, _ state: inout State) -> InboundResponse {
    state.requests += 1
    if offset == 0, isSparse ? !isListed : state.fails > 0 {
      if !isSparse, state.fails < .max { state.fails -= 1 }
      let error = #"{"errors":[{"title":"Internal Server Error","status":"500","detail":"It failed."}]}"#
      return FailingCollection.answer(500, SiteAnswer.mediaType, error)
    }
    let isEmpty = offset > 0 && !isSparse && state.empties > 0
    if isEmpty, state.empties < .max { state.empties -= 1 }
    let shown = isEmpty ? [] : Array(Array(1...rows).dropFirst(offset).prefix(limit))
    let hasNext = !isEmpty && offset + limit < rows
    let url = #"https:\/\/h.example\/jsonapi\/node\/topic?page%5Boffset%5D=\#(offset + limit)"#
    let links = hasNext ? #","links":{"next":{"href":"\#(url)"}}"# : ""
    let objects = shown.map { FailingCollection.object($0) }.joined(separator: ",")
    return FailingCollection.answer(200, SiteAnswer.mediaType, #"{"data":[\#(objects)]\#(links)}"#)
  }

  private static func number(_ name: String, in query: String) -> Int? {
    guard let found = query.range(of: name) else { return nil }
    return Int(query[found.upperBound...].prefix { $0 != "&" })
  }

  private static func answer(_ status: Int, _ mediaType: String, _ text: String) -> InboundResponse {
    InboundResponse(status: status, fields: [HTTPField("Content-Type", mediaType)], body: Array(text.utf8))
  }

  private static func object(_ number: Int) -> String {
    #"{"type":"node--topic","id":"00000000-0000-4000-8000-00000000000\#(number)","attributes":{"#
      + #""drupal_internal__nid":\#(number),"changed":"2024-01-01T00:00:00+00:00"},"relationships":{}}"#
  }
}
