/// What `links.next` says of the page behind a page (reference 2.3, 3.5).
package enum NextLink {
  private static let greatest = 1_000_000_000

  /// The `page[offset]` in a link, written in either way; nil where there is none, or one that cannot be.
  package static func offset(in link: String) -> Int? {
    for name in ["page%5Boffset%5D=", "page%5boffset%5d=", "page[offset]="] {
      guard let found = link.firstRange(of: name) else { continue }
      let digits = link[found.upperBound...].prefix { $0.isASCII && $0.isNumber }
      guard let offset = Int(digits), offset <= greatest else { return nil }
      return offset
    }
    return nil
  }
}
