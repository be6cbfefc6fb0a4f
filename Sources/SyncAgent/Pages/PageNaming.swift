import JSONAPI
import OpenSocial
import Store

/// What a reader of one type's pages learns about names: whether the resources call themselves as the type is called, and how
/// their attributes are called.
struct PageNaming: Sendable {
  let reading: Reading
  let discovery: Discovery
  let type: String
  let entityType: String
  /// What the site's description calls the attributes of the type; nil where it was not asked, or calls them as usual.
  let described: AttributeNames?
  private var hasSearched = false
  /// Whether a page has shown a resource that calls itself as the type is called.
  private var isNameSeen = false
  /// The row of another type that was all of a page, with more behind it, before any showed that.
  private var stranger: (type: String, id: ResourceID)?

  init(
    reading: Reading, discovery: Discovery, type: String, entityType: String, described: AttributeNames? = nil
  ) {
    self.reading = reading
    self.discovery = discovery
    self.type = type
    self.entityType = entityType
    self.described = described
  }

  /// Lets names be looked for again, though that was done before.
  mutating func searchAnew() { hasSearched = false }

  /// A query in the site's own names.
  func query(_ parameters: QueryParameters?, _ scanner: PageScanner) -> QueryParameters? {
    parameters?.renaming(FieldDescription.changed, to: scanner.names(of: type)?.changed)
  }

  /// Scans a page; again, where it shows how attributes are called.
  /// - Throws: what scanning throws; `UntrustworthyPage.calledOtherwise` for a page of another type altogether, `.renumbered` where
  ///   the type went by another serial number: the same page is good when it is asked for again.
  mutating func page(
    _ body: [UInt8], from path: String, _ scanner: inout PageScanner, knowing known: KnownRows? = nil
  ) throws -> ScannedPage {
    var page = try scanner.page(body, from: path, knowing: known)
    // Of a single resource its reader judges.
    if scanner.type(at: path) != nil { try checkName(&page, scanner) }
    // What answers under the path of a single resource may be of another type, and says nothing of this one.
    let whole = page.resources.filter { !$0.isLabelOnly && $0.type == type && $0.known == nil }
    let isLacking = !whole.isEmpty && whole.allSatisfy { $0.changed == nil || $0.internalID == nil }
    guard isLacking, !hasSearched, scanner.names(of: type) == nil else { return page }
    hasSearched = true
    let names = AttributeSearch(whole, entityType: entityType, described: described).names
    if names.isUsual { return page }
    let isOther = try discovery.note(names, of: type)
    scanner.call(names, of: type)
    if isOther { throw UntrustworthyPage.renumbered }
    return try scanner.page(body, from: path)
  }

  /// Tells a type whose resources all call themselves otherwise from rows of other types. Scanning has set aside those that stand
  /// among rows of the type; where a page shows nothing else, it is the type's own name, unless the mirror holds, or a page before
  /// showed, resources that call themselves as the type is called, and what the page shows is a single row, of several types, or of a
  /// type that has a collection of its own: those are set aside, too. So is a row that is alone on its page until another one says
  /// the same.
  private mutating func checkName(_ page: inout ScannedPage, _ scanner: PageScanner) throws {
    guard let first = page.resources.first else { return }
    guard page.resources.allSatisfy({ $0.type != type }) else {
      isNameSeen = true
      return
    }
    let isOne = page.resources.allSatisfy { $0.type == first.type }
    let isRow = page.resources.count == 1 || !isOne || scanner.hasCollection(first.type)
    if isRow, try isNameSeen || reading.hasAny(of: type) {
      page.sort(expecting: type, isName: true)
    } else if page.rowCount == 1, page.hasNext, isAlone(first) {
      stranger = (first.type, first.uuid)
      page.sort(expecting: type, isName: true)
    } else if isOne {
      throw UntrustworthyPage.calledOtherwise(first.type)
    }
  }

  /// Whether no other row that was all of a page was of the same type as this one.
  private func isAlone(_ row: ScannedResource) -> Bool {
    stranger.map { $0.type != row.type || $0.id == row.uuid } ?? true
  }
}
