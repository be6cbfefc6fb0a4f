import JSONAPI
import OpenSocial
import Store
import Upstream

/// Asks the site for documents and scans them. A page of a collection that fails is asked for again with fewer rows, down to
/// one; the one row that fails alone is stepped over and named.
struct PageReader: Sendable {
  /// What it may do about pages that fail.
  struct Patience: Sendable {
    /// The most rows of a page (`site.pageSize`).
    var most: Int
    /// The resource type, for names.
    var type: String
    /// How many single rows in a row may be stepped over: many where the type is swept in this round, few where the next round
    /// comes soon.
    var rowsInARow: Int
    /// Ids of rows that failed alone in an earlier round.
    var known: Set<String> = []
    /// Whether these are tried again: else they are stepped over as soon as a page that they are on fails.
    var triesKnown = true
    /// Asks the entry point once: throws where the site as a whole is away.
    var confirm: @Sendable () async throws -> Void
    /// This machine's clock, Unix seconds.
    var now: @Sendable () -> Int64
    /// How many rows are stepped over where a page of so many failed.
    var over: @Sendable (_ rows: Int) -> Int = Patience.oneAlone

    /// One row that fails alone, and none of a page that may hold more.
    static let oneAlone: @Sendable (_ rows: Int) -> Int = { $0 == 1 ? 1 : 0 }

    /// How many failures a round has patience for, whatever they are.
    static let failures = 400
  }

  let site: Site
  var scanner: PageScanner
  /// Looks after names where the pages are all of one type.
  var naming: PageNaming?
  /// What is recognised by its bytes on pages of whole resources; the others on them get digests. Nil where none of that is wanted.
  var known: KnownRows?
  /// How many requests were made, repetitions counted.
  private(set) var requests = 0
  /// What came back, in bytes of decoded content.
  private(set) var bytes = 0
  /// When the oldest of the answers was made, by the site's `Date`: what was read is known until then and no longer.
  private(set) var oldest: Int64?
  /// The rows that were stepped over since this was emptied last.
  private(set) var steppedOver: [SetAside] = []
  private let patience: Patience?
  private var weight: PageWeight
  private var failures = 0
  /// The serial number of the last row that came, for names.
  private var lastID: Int64?

  /// - Parameter patience: nil to take every page as it is asked for, and no other.
  init(site: Site, scanner: PageScanner, patience: Patience? = nil) {
    self.site = site
    self.scanner = scanner
    self.patience = patience
    weight = PageWeight(most: patience?.most ?? PageParameter.greatestLimit)
  }

  /// Another reader of the same type, for whoever shares its reading.
  func another() -> PageReader {
    var other = PageReader(site: site, scanner: scanner, patience: patience)
    other.naming = naming
    return other
  }

  /// Forgets how the attributes of its type are called, so that the next page tells it anew.
  mutating func forgetNames(of type: String) {
    scanner.callAsUsual(type)
    naming?.searchAnew()
  }

  /// A page of a collection, or a single resource as a page of one. A page may have fewer rows than were asked for; the rows at
  /// its beginning that the site does not give are counted in `skipped`.
  /// - Parameter isFresh: whether no cache may answer, for what decides about one resource.
  mutating func page(
    _ path: String, _ parameters: QueryParameters? = nil, isFresh: Bool = false
  ) async throws -> ScannedPage {
    guard let parameters, let patience else { return try await read(path, parameters, isFresh: isFresh) }
    let named = steppedOver.count
    var isEmpty = false
    for _ in 0..<PageReader.looks {
      var page = try await page(path, parameters, patience)
      let isBelieved = try await isBelieved(page, path, parameters, patience)
      page.isEndAssumed = isBelieved == nil
      if isBelieved ?? true { return page }
      isEmpty = page.endsWithSteppedOver
      // It is asked for again, from its beginning: what is stepped over now is named anew.
      steppedOver.removeSubrange(named...)
    }
    throw isEmpty ? UntrustworthyPage.suddenlyEmpty : .restless
  }

  /// How often a page is asked for that does not begin where the rows around its place are listed, or shows nothing though more
  /// follow there.
  private static let looks = 3

  /// Whether a page can be what was asked for: behind rows that were stepped over it is asked for by another place, and between the
  /// two requests rows may have moved. Where it shows nothing it would be the end, on the word of a site that failed a moment ago:
  /// so the last of those rows has to be listed as the last of all.
  /// - Returns: nil where the site does not list it either: there is nothing else to go by.
  private mutating func isBelieved(
    _ page: ScannedPage, _ path: String, _ parameters: QueryParameters, _ patience: Patience
  ) async throws -> Bool? {
    guard page.skipped > 0 else { return true }
    var behind = parameters
    behind.page = PageParameter(offset: parameters.page.offset + page.skipped, limit: 1)
    guard page.endsWithSteppedOver else { return page.begins(between: await rows(around: behind, path, patience)) }
    var last = sparse(parameters, patience)
    last.page = PageParameter(offset: behind.page.offset - 1, limit: 1)
    do { return try await read(path, last).showsTheLast } catch let error where PageWeight.mayBeTheRows(error) {
      return nil
    }
  }

  /// A page with fewer rows than were asked for where more fail, and what was stepped over before it.
  private mutating func page(
    _ path: String, _ whole: QueryParameters, _ patience: Patience
  ) async throws -> ScannedPage {
    var parameters = whole
    let asked = whole.page
    var gap = PageGap()
    var contradictions = 0
    while true {
      let limit = min(asked.limit, weight.limit)
      parameters.page = PageParameter(offset: asked.offset + gap.skipped, limit: limit)
      do {
        let page = try await read(path, parameters, attempts: limit > 1 && weight.isHunting ? 1 : 2)
        weight.came()
        if limit == 1, asked.limit > 1, gap.skipped == 0, parameters.page.offset > 0, page.showsSomething {
          // It has no row in common with the page before: the row before it shows whether rows have moved. Where it is nothing at all,
          // no row before it makes it the end.
          let around = await rows(around: parameters, path, patience)
          if !page.begins(between: around), contradictions < PageReader.looks {
            contradictions += 1
            continue
          }
          gap.note(around)
        }
        lastID = page.resources.last?.internalID ?? lastID
        return gap.before(page)
      } catch let error where PageWeight.mayBeTheRows(error) {
        try Task.checkCancellation()
        let isNew = !weight.isHunting
        if isNew || limit == 1, try await !isTheSiteThere(patience) {
          // Not the rows' fault: the site is waited for as for any request.
          return gap.before(try await read(path, parameters))
        }
        failures += 1
        guard failures <= Patience.failures else { throw error }
        if isNew, let place = await placeOfKnown(path, parameters, patience) {
          if place.after > 0 || patience.triesKnown && limit > 1 {
            weight.aim(at: max(1, place.after))
            continue
          } else if !patience.triesKnown {
            if gap.skipped == 0, parameters.page.offset > 0 {
              gap.note(await rows(around: parameters, path, patience))
            }
            gap.step(over: place.rows, place.rows.count)
            weight.steppedOver()
            continue
          }
        }
        let count = patience.over(limit)
        if count == 0 {
          weight.failed(rows: limit)
          continue
        }
        guard weight.failuresInARow < patience.rowsInARow else { throw error }
        let rows = await rows(around: parameters, path, patience)
        if gap.skipped == 0 { gap.note(rows) }
        let row = await failing(rows, parameters, path, patience)
        steppedOver.append(name(row, parameters, skipped: gap.skipped, error, patience))
        weight.steppedOver()
        gap.step(over: row.map { [$0] } ?? [], count)
      }
    }
  }

  /// Where rows that failed alone before stand on a page that failed: after how many others, and which in a row. Ids can be
  /// listed without what is broken.
  private mutating func placeOfKnown(
    _ path: String, _ parameters: QueryParameters, _ patience: Patience
  ) async -> (after: Int, rows: [ScannedResource])? {
    guard !patience.known.isEmpty else { return nil }
    let rows = try? await read(path, sparse(parameters, patience), attempts: 1)
    // What is left out of the listing stands somewhere between its rows.
    guard let rows, rows.omitted.isEmpty, rows.unusable.isEmpty else { return nil }
    let isKnown = rows.resources.map { patience.known.contains("\($0.uuid)") }
    guard let first = isKnown.firstIndex(of: true) else { return nil }
    let count = isKnown[first...].prefix { $0 }.count
    return (first, Array(rows.resources[first..<first + count]))
  }

  private func sparse(_ parameters: QueryParameters, _ patience: Patience) -> QueryParameters {
    var sparse = parameters
    let names = scanner.names(of: patience.type)
    let serial = parameters.sort.map(\.path.rawValue).last { FieldDescription($0).isNumber || $0 == names?.serial }
    sparse.fields = [patience.type: [serial ?? "langcode", names?.changed ?? FieldDescription.changed]]
    return sparse
  }

  /// The rows that were stepped over since the last call.
  mutating func takeSteppedOver() -> [SetAside] {
    defer { steppedOver = [] }
    return steppedOver
  }

  /// Whether the site answers at all: only then a failure is about the rows.
  /// - Throws: what concerns everything: another account, refused credentials, cancellation.
  private mutating func isTheSiteThere(_ patience: Patience) async throws -> Bool {
    do {
      try await patience.confirm()
      return true
    } catch let error where error is SiteError || error is TransportError {
      return false
    }
  }

  /// The one row that is asked for, as far as the site lists it without the rest of it, and the row before it, by which it is seen
  /// whether rows have moved.
  private mutating func rows(
    around parameters: QueryParameters, _ path: String, _ patience: Patience
  ) async -> [ScannedResource] {
    var sparse = sparse(parameters, patience)
    let offset = sparse.page.offset
    if offset > 0 { sparse.page = PageParameter(offset: offset - 1, limit: 2) }
    return (try? await read(path, sparse, attempts: 1).resources) ?? []
  }

  /// The row that is asked for among those around it. Where only one of the two came, either may be left out: it is then listed
  /// by itself, so that none is named that has come.
  private mutating func failing(
    _ around: [ScannedResource], _ parameters: QueryParameters, _ path: String, _ patience: Patience
  ) async -> ScannedResource? {
    guard around.count == 1, parameters.page.offset > 0 else { return around.last }
    return try? await read(path, sparse(parameters, patience), attempts: 1).resources.first
  }

  /// Names the row that fails alone: by its id where that is known, else by its place.
  private func name(
    _ row: ScannedResource?, _ parameters: QueryParameters, skipped: Int, _ error: any Error, _ patience: Patience
  ) -> SetAside {
    let place =
      lastID.map { "the \(skipped + 1). resource after serial number \($0)" }
      ?? "the resource at place \(parameters.page.offset + 1)"
    return SetAside(
      .row, type: patience.type, subject: row.map { "\($0.uuid)" } ?? place,
      reason: "the site gives no page that holds it: \(error)",
      advice: "see the site's log for "
        + (row.flatMap(\.internalID).map { "serial number \($0)" } ?? "this resource")
        + "; it is tried again at the type's next sweep", at: patience.now())
  }

  /// One page as it is asked for.
  /// - Parameter attempts: how often, where the failure may be the rows' doing; nil for as often as the table says.
  private mutating func read(
    _ path: String, _ parameters: QueryParameters?, attempts: Int? = nil, isFresh: Bool = false
  ) async throws -> ScannedPage {
    var scanner = self.scanner
    var naming = self.naming
    let known = parameters?.fields.isEmpty ?? false ? self.known : nil
    var asked = 0
    var received = 0
    defer {
      self.scanner = scanner
      self.naming = naming
      requests += asked
      bytes += received
    }
    var request = SiteRequest(path: path, query: (naming?.query(parameters, scanner) ?? parameters)?.queryString)
    if isFresh { request = request.pastCaches(site.freshNumber()) }
    var date: Int64?
    var page = try await site.ask(
      request, attempts: { PageWeight.mayBeTheRows($0) ? attempts : nil }, asked: { asked += 1 },
      { response in
        received += response.body.count
        date = response.date
        let text = try SiteAnswer.documentText(of: response)
        var page =
          try naming?.page(text.bytes, from: path, &scanner, knowing: known)
          ?? scanner.page(text.bytes, from: path, knowing: known)
        page.surroundings = text.surroundings
        return page
      })
    page.madeAt = date
    if let date { oldest = min(oldest ?? date, date) }
    return page
  }
}
