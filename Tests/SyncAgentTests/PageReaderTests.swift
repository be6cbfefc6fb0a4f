import Foundation
import OpenSocial
import Support
import Synchronization
import Testing
import Upstream

@testable import JSONAPI
@testable import Store
@testable import SyncAgent

private let type = "node--topic"
private let path = "/jsonapi/node/topic"
private let parameters = QueryParameters.unfiltered(sort: [SortKey("drupal_internal__nid")], offset: 0, limit: 4)

/// Rows that fail alone, and pages behind them that are empty or begin elsewhere.
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

  /// Behind a page of one row, as it is asked for where more fail, an empty answer is no end: neither what it is, nor that the row
  /// before it is listed as it was.
  @Test(arguments: [0, 1, 2]) func anEmptyAnswerBehindAPageOfOneRowIsNoEnd(empties: Int) async throws {
    var reader = try FailingCollection(rows: 3, fails: 2, empties: empties).reader()
    var listing = SweepListing(
      type: type, idAttribute: "drupal_internal__nid", method: .offsets, limit: 4, from: SweepState())
    var shown: Set<Int64> = []
    for _ in 0..<20 where !listing.isComplete {
      let page = try await reader.page(path, listing.parameters)
      _ = try listing.accept(page)
      shown.formUnion(page.resources.compactMap(\.internalID))
    }
    #expect(listing.isComplete && shown == [1, 2, 3])
  }

  /// The row that failed goes before what is behind it is asked for: the next one stands in its place.
  @Test func whatMovedBehindARowThatFailsIsSeen() async throws {
    var reader = try FailingCollection(rows: 3, fails: 3, empties: 0, goes: true).reader()
    let page = try await reader.page(path, parameters)
    #expect(page.resources.compactMap(\.internalID) == [2, 3] && page.skipped == 0)
    #expect(reader.takeSteppedOver().isEmpty)
  }

  /// A row that failed in an earlier round is stepped over at once, and the row before it is listed all the same.
  @Test func behindAKnownRowTheRowBeforeIsKnown() async throws {
    var reader = try FailingCollection(rows: 3, fails: .max, empties: 0, place: 1).reader(known: [2])
    let page = try await reader.page(path, .unfiltered(sort: parameters.sort, offset: 1, limit: 4))
    #expect(page.resources.compactMap(\.internalID) == [3] && page.skipped == 1)
    #expect(page.before?.internalID == 1 && page.steppedOver.compactMap(\.internalID) == [2])
  }

  /// A page begins where the rows around its place say, as far as both are listed.
  @Test func aPageBeginsBetweenTheRowsAroundItsPlace() {
    func row(_ id: Int64) -> ScannedResource {
      ScannedResource(
        type: type, uuid: ResourceID(high: 1, low: UInt64(id)), changed: id, internalID: id,
        idAttribute: "drupal_internal__nid", revision: nil, document: [], splices: [], linkage: [], isLabelOnly: false)
    }
    var page = ScannedPage()
    page.resources = [row(5), row(6)]
    #expect(page.begins(between: [row(4), row(5)]))
    #expect(!page.begins(between: [row(3), row(4)]))
    #expect(page.begins(between: [row(4)]) && page.begins(between: []))
    (page.skipped, page.steppedOver) = (1, [row(3)])
    #expect(page.begins(between: [row(3), row(5)]))
    #expect(!page.begins(between: [row(4), row(5)]))
    page.steppedOver = []
    #expect(page.begins(between: [row(4), row(5)]), "it is not known what was stepped over")
    page.omitted = ["https://h.example/jsonapi/node/topic/1"]
    #expect(page.begins(between: [row(3), row(4)]))
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

/// A collection of which one row fails so many times, and what is behind the first is then left out of so many answers.
private final class FailingCollection: Transport {
  private struct State {
    var rows: [Int]
    var fails: Int
    var empties: Int
    var goes: Bool
    var requests = 0
  }
  private let place: Int
  private let isListed: Bool
  private let state: Mutex<State>

  /// - Parameters:
  ///   - place: how many rows stand before the one that fails.
  ///   - isListed: whether the row that fails is listed where only some of its fields are asked for.
  ///   - goes: whether the first row is removed just when what is behind it is asked for.
  init(rows: Int, fails: Int, empties: Int, place: Int = 0, isListed: Bool = true, goes: Bool = false) {
    self.place = place
    self.isListed = isListed
    state = Mutex(State(rows: Array(1...rows), fails: fails, empties: empties, goes: goes))
  }

  /// How often the collection was asked for.
  var requests: Int { state.withLock { $0.requests } }

  /// A reader that asks once for each page, and waits for nothing.
  /// - Parameter known: rows that failed in an earlier round, and are not tried again.
  func reader(known: Set<Int> = []) throws -> PageReader {
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
      patience: PageReader.Patience(
        most: 4, type: type, rowsInARow: 8, known: Set(known.map(FailingCollection.id)), triesKnown: known.isEmpty,
        confirm: {}, now: { 1_900_000_000 }))
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
    if offset <= place, place < offset + limit, isSparse ? !isListed : state.fails > 0 {
      if !isSparse, state.fails < .max { state.fails -= 1 }
      let error = #"{"errors":[{"title":"Internal Server Error","status":"500","detail":"It failed."}]}"#
      return FailingCollection.answer(500, SiteAnswer.mediaType, error)
    }
    if offset > 0, !isSparse, state.goes {
      state.rows.removeFirst()
      state.goes = false
    }
    let isEmpty = offset > 0 && !isSparse && state.empties > 0
    if isEmpty, state.empties < .max { state.empties -= 1 }
    let shown = isEmpty ? [] : Array(state.rows.dropFirst(offset).prefix(limit))
    let hasNext = !isEmpty && offset + limit < state.rows.count
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

  private static func id(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

  private static func object(_ number: Int) -> String {
    #"{"type":"node--topic","id":"\#(id(number))","attributes":{"#
      + #""drupal_internal__nid":\#(number),"changed":"2024-01-01T00:00:00+00:00"},"relationships":{}}"#
  }
}
