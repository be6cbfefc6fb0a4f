/// The `page` parameter (reference 3.5), in rows.
package struct PageParameter: Sendable, Hashable {
  /// Rows to skip, 0 or more.
  package var offset: Int
  /// Rows of a page, 1 to 50; 0 where a client wrote something such as `.5` or `0x10`, which the site takes.
  package var limit: Int
  /// What a client wrote where that is more than two whole numbers; nil where `offset` and `limit` say it all.
  private var written: Written?

  /// What the site calculates the offsets of other pages with.
  private struct Written: Hashable, Sendable {
    var offset: PHPNumber
    /// As it was sent; nil where it was not.
    var offsetText: String?
    /// Whether the site takes the page for one behind the first.
    var isBehindFirst: Bool
    var limit: PHPNumber
    /// As links repeat it.
    var limitText: String
  }

  /// A page; the offset is raised to 0, the limit brought into 1 to 50.
  package init(offset: Int = 0, limit: Int = PageParameter.greatestLimit) {
    self.offset = min(max(offset, 0), PageParameter.greatestOffset)
    self.limit = min(max(limit, 1), PageParameter.greatestLimit)
  }

  /// The site's default and maximum.
  package static let greatestLimit = 50
  /// Far beyond any table, and far enough from overflow to add pages.
  package static let greatestOffset = 1 << 60

  /// Offset and limit of the page's neighbours, as its links have them (reference 2.3).
  package struct Links: Sendable, Hashable {
    /// How many resources a page has.
    package var limit: String
    /// The next page's offset.
    package var next: String
    /// The offset of the page before; nil on the first.
    package var previous: String?

    /// What links say.
    package init(limit: String, next: String, previous: String?) {
      (self.limit, self.next, self.previous) = (limit, next, previous)
    }
  }

  /// What links to other pages say: the limit as the client wrote it, offsets as PHP adds and prints numbers.
  package var links: Links {
    guard let written else {
      return Links(
        limit: String(limit), next: String(offset + limit), previous: offset > 0 ? String(max(offset - limit, 0)) : nil)
    }
    let before = written.offset.minus(written.limit)
    return Links(
      limit: written.limitText, next: written.offset.plus(written.limit).text,
      previous: written.isBehindFirst ? (before.value > 0 ? before.text : "0") : nil)
  }
}

extension PageParameter {
  /// Reads `page[offset]` and `page[limit]` as PHP 8 compares and adds strings; other members are ignored.
  init(_ parameter: QueryTree) throws(QueryParameterError) {
    let limit = try parameter["limit"].map(PageParameter.limit) ?? nil
    let offset = try parameter["offset"].map(PageParameter.offset) ?? nil
    self.init(offset: offset?.number.integer ?? 0, limit: PageParameter.greatestLimit)
    if let limit { self.limit = min(limit.number.integer, PageParameter.greatestLimit) }
    let written = Written(
      offset: offset?.number ?? PHPNumber(0), offsetText: offset?.text, isBehindFirst: offset?.isPositive ?? false,
      limit: limit?.number ?? PHPNumber(Int64(PageParameter.greatestLimit)),
      limitText: limit?.text ?? String(PageParameter.greatestLimit))
    let plain = links
    self.written = written
    if links == plain { self.written = nil }
  }

  /// The `page` parameter.
  var queryTree: QueryTree {
    let limit = [("limit", QueryTree.Node.text(written?.limitText ?? String(limit)))]
    if let written { return QueryTree(limit + (written.offsetText.map { [("offset", .text($0))] } ?? [])) }
    return QueryTree(offset > 0 ? limit + [("offset", .text(String(offset)))] : limit)
  }

  private struct Operand {
    var text: String
    var number: PHPNumber
    /// Whether the site finds it greater than 0.
    var isPositive: Bool
  }

  /// Nil for the site's own limit.
  private static func limit(_ node: QueryTree.Node) throws(QueryParameterError) -> Operand? {
    // An array is greater than any number.
    guard let text = node.text else { return nil }
    let number = PHPNumber(text)
    // A number is compared as one, other text as text.
    let isNumeric = number?.isWhole ?? false
    if let number, number.isWhole ? number.value > 50 : isAfter(text, "50") { return nil }
    guard let number else {
      if isAfter(text, "50") { return nil }
      throw QueryParameterError("Unsupported operand types: string + int")
    }
    guard isNumeric ? number.value > 0 : isAfter(text, "0") else {
      throw QueryParameterError("The page size needs to be a positive integer.")
    }
    return Operand(text: text, number: number, isPositive: true)
  }

  private static func offset(_ node: QueryTree.Node) throws(QueryParameterError) -> Operand? {
    guard let text = node.text else { throw QueryParameterError("Unsupported operand types: array - int") }
    // Of an empty one the site complains only where there is a page after it.
    guard !text.isEmpty else { return nil }
    guard let number = PHPNumber(text) else { throw QueryParameterError("Unsupported operand types: string - int") }
    guard number.value > -1 else {
      throw QueryParameterError("The page offset needs to be 0 or a positive integer.")
    }
    return Operand(text: text, number: number, isPositive: number.isWhole ? number.value > 0 : isAfter(text, "0"))
  }

  private static func isAfter(_ text: String, _ other: String) -> Bool {
    other.utf8.lexicographicallyPrecedes(text.utf8)
  }
}
