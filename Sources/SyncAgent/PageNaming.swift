import JSONAPI
import Store

/// What a reader of one type's pages learns about names: whether the resources call themselves as the type is called, and how
/// their attributes are called.
struct PageNaming: Sendable {
  let mirror: Mirror
  let type: String
  let entityType: String
  private var hasSearched = false

  init(mirror: Mirror, type: String, entityType: String) {
    self.mirror = mirror
    self.type = type
    self.entityType = entityType
  }

  /// A query in the site's own names.
  func query(_ parameters: QueryParameters?, _ scanner: PageScanner) -> QueryParameters? {
    parameters?.renamingChanged(to: scanner.names(of: type)?.changed)
  }

  /// Scans a page; again, where it shows how attributes are called.
  /// - Throws: what scanning throws; `UntrustworthyPage.calledOtherwise` for a page of another type altogether.
  mutating func page(_ body: [UInt8], _ scanner: inout PageScanner) throws -> ScannedPage {
    let page = try scanner.page(body)
    if let first = page.resources.first?.type, first != type, page.resources.allSatisfy({ $0.type == first }) {
      throw UntrustworthyPage.calledOtherwise(first)
    }
    let whole = page.resources.filter { !$0.isLabelOnly }
    let isLacking = !whole.isEmpty && whole.allSatisfy { $0.changed == nil || $0.internalID == nil }
    guard isLacking, !hasSearched, scanner.names(of: type) == nil else { return page }
    hasSearched = true
    let names = AttributeSearch(whole, entityType: entityType).names
    if names.isUsual { return page }
    try mirror.note(names, of: type)
    scanner.call(names, of: type)
    return try scanner.page(body)
  }
}
