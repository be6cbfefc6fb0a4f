/// `page[offset]` and `page[limit]` (reference 3.5).
struct PageWindow: Sendable {
  static let largest = 50

  var offset = 0
  var limit = PageWindow.largest

  /// - Parameter largest: the most rows that the site gives on a page.
  init(_ value: BracketParameters.Value?, largest: Int = PageWindow.largest) throws(SiteError) {
    limit = largest
    guard let value else { return }
    guard value.entries != nil else { throw SiteError(400, Reader.notArray("page")) }
    if let text = value["limit"]?.text {
      // PHP compares text that is no number as greater.
      limit = min(Int(text) ?? largest, largest)
      if text.isEmpty { throw SiteError(500, "Unsupported operand types: string + int") }
      guard limit > 0 else { throw SiteError(400, "The page size needs to be a positive integer.") }
    }
    if let text = value["offset"]?.text {
      guard let number = Int(text) else { throw SiteError(500, "Unsupported operand types: string - int") }
      offset = max(0, number)
    }
  }

  /// The client's parameters with another page.
  func parameters(_ parameters: BracketParameters, offset: Int) -> BracketParameters {
    parameters.setting(
      "page",
      .list([
        .init(name: "offset", value: .text(String(offset))), .init(name: "limit", value: .text(String(limit))),
      ]))
  }
}
