import HTTPTypes

/// Reads whose answer may have to be waited for: pages on which people sign in, which may have to be written down first, and the
/// change feed, which waits for changes.
enum AwaitedRead {
  private static let page = SigningInRoute.authorize.rawValue
  private static let feed = "/mirror/" + OwnRoute.changes.rawValue

  /// Whether a read may be one of them, as far as can be told without decoding its path. What only looks so is answered as any other.
  static func mayBe(_ request: RequestHead) -> Bool {
    guard var target = request.path, request.method == .get || request.method == .head else { return false }
    // Every read passes here: it is looked at as bytes in one piece.
    return target.withUTF8 { bytes in
      let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
      guard end > 0 else { return false }
      switch bytes[end - 1] {
      case UInt8(ascii: "e"): return bytes[..<end].suffix(page.utf8.count).elementsEqual(page.utf8)
      case UInt8(ascii: "s"): return bytes[..<end].suffix(feed.utf8.count).elementsEqual(feed.utf8)
      default: return false
      }
    }
  }
}
