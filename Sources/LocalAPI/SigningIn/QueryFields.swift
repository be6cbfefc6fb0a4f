import JSONAPI

/// The fields of a query, in their order and with those that stand there twice: who reads them says what that means.
enum QueryFields {
  /// More are none of a request's, and are left out.
  private static let most = 64

  /// - Parameter query: as it was sent, without its question mark.
  static func pairs(_ query: String) -> [(String, String)] {
    query.utf8.split(separator: UInt8(ascii: "&"), maxSplits: most).prefix(most).compactMap { pair in
      let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = sides.first, !name.isEmpty else { return nil }
      return (decoded(name), sides.count == 2 ? decoded(sides[1]) : "")
    }
  }

  private static func decoded(_ text: Substring.UTF8View) -> String {
    String(decoding: PercentCoding.formDecoded(text), as: UTF8.self)
  }
}
