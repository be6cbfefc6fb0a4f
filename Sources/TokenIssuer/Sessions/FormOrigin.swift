/// Where a form was sent from, as the browser says.
package enum FormOrigin {
  /// Whether a form comes from a page of this server, as far as the browser tells: an old one may tell nothing, and then the seal alone
  /// counts. A page of another port or a sibling host is another's.
  /// - Parameters:
  ///   - site: `Sec-Fetch-Site` (Fetch Metadata, 2.4).
  ///   - origin: `Origin` (the Fetch standard, section 3.2).
  ///   - authority: the host that the client used, with its port.
  ///   - base: the URL that the server is reached under, without a slash at its end; nil where none is known.
  package static func isOwn(site: String?, origin: String?, authority: String?, base: String?) -> Bool {
    if let site, site != "same-origin", site != "none" { return false }
    guard let origin else { return true }
    guard let scheme = origin.firstRange(of: "://") else { return false }
    if let authority, isSame(origin[scheme.upperBound...], authority[...]) { return true }
    guard let base, let prefix = "\(base)/".prefix(bytes: origin.utf8.count + 1) else { return false }
    return isSame(prefix, "\(origin)/"[...])
  }

  /// Whether two texts are the same but for the case of ASCII's letters.
  private static func isSame(_ one: Substring, _ other: Substring) -> Bool {
    func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    return one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8) { lowered($0) == lowered($1) }
  }
}

extension String {
  /// What it begins with; nil where it is shorter, or no character ends there.
  fileprivate func prefix(bytes count: Int) -> Substring? {
    guard let end = utf8.index(utf8.startIndex, offsetBy: count, limitedBy: utf8.endIndex) else { return nil }
    return String.Index(end, within: self).map { self[..<$0] }
  }
}
