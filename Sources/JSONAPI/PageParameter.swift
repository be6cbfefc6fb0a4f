/// The `page` parameter (reference 3.5), in rows.
package struct PageParameter: Sendable, Hashable {
  /// Rows to skip, 0 or more.
  package var offset: Int
  /// Rows of a page, 1 to 50.
  package var limit: Int

  /// A page; the offset is raised to 0, the limit brought into 1 to 50.
  package init(offset: Int = 0, limit: Int = PageParameter.greatestLimit) {
    self.offset = min(max(offset, 0), PageParameter.greatestOffset)
    self.limit = min(max(limit, 1), PageParameter.greatestLimit)
  }

  /// The site's default and maximum.
  package static let greatestLimit = 50
  /// Far beyond any table, and far enough from overflow to add pages.
  package static let greatestOffset = 1 << 60
}

extension PageParameter {
  /// Reads `page[offset]` and `page[limit]` as PHP 8 compares and adds strings; other members are ignored.
  init(_ parameter: QueryTree) throws(QueryParameterError) {
    let limit = try parameter["limit"].map(PageParameter.limit) ?? PageParameter.greatestLimit
    let offset = try parameter["offset"].map(PageParameter.offset) ?? 0
    guard limit > 0 else { throw QueryParameterError("The page size needs to be a positive integer.") }
    self.init(offset: offset, limit: limit)
  }

  /// The `page` parameter.
  var queryTree: QueryTree {
    let limit = [("limit", QueryTree.Node.text(String(limit)))]
    return QueryTree(offset > 0 ? limit + [("offset", .text(String(offset)))] : limit)
  }

  private static func limit(_ node: QueryTree.Node) throws(QueryParameterError) -> Int {
    // An array is greater than any number.
    guard let text = node.text else { return greatestLimit }
    let number = PHPNumber(text)
    // A number is compared as one, other text as text.
    let isGreater =
      number.map { $0.isWhole && $0.value > 50 } ?? false
      || !(number?.isWhole ?? false) && "50".utf8.lexicographicallyPrecedes(text.utf8)
    if isGreater { return greatestLimit }
    guard let number else { throw QueryParameterError("Unsupported operand types: string + int") }
    return number.integer
  }

  private static func offset(_ node: QueryTree.Node) throws(QueryParameterError) -> Int {
    guard let text = node.text else { throw QueryParameterError("Unsupported operand types: array - int") }
    guard let number = PHPNumber(text) else { throw QueryParameterError("Unsupported operand types: string - int") }
    guard number.value >= 0 else { throw QueryParameterError("The page offset needs to be 0 or a positive integer.") }
    return number.integer
  }
}

/// What PHP sees as a number at the start of a string.
struct PHPNumber {
  let value: Double
  /// Whether nothing but white space stands around the number.
  let isWhole: Bool

  init?(_ text: String) {
    let bytes = Array(text.utf8)
    var at = 0
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    func skipDigits() -> Int {
      let start = at
      while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
      return at - start
    }
    while at < bytes.count, isSpace(bytes[at]) { at += 1 }
    let start = at
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
    var digits = skipDigits()
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      digits += skipDigits()
    }
    guard digits > 0 else { return nil }
    let mantissa = at
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
      if skipDigits() == 0 { at = mantissa }
    }
    var number = String(decoding: bytes[start..<at], as: UTF8.self)
    if number.utf8.last == UInt8(ascii: ".") { number += "0" }
    guard let value = Double(number) else { return nil }
    self.value = value
    while at < bytes.count, isSpace(bytes[at]) { at += 1 }
    isWhole = at == bytes.count
  }

  /// The value without its fraction, kept within what paging can add.
  var integer: Int {
    value.isNaN ? 0 : Int(min(max(value, -1e15), Double(PageParameter.greatestOffset)))
  }
}
