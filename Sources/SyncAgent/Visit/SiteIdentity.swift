import Store

/// Whose copy a mirror is, as far as it remembers: one site's, seen by one account.
struct SiteIdentity: Sendable, Hashable {
  /// The base URL that it was made from; nil before the first round.
  var base: String?
  /// The base URLs that the site's links have named so far.
  var bases: [String] = []
  /// The UUID of the account; nil before the first round.
  var account: String?

  /// Whether two addresses are one site's: the site itself named both, or they differ only in the scheme or a leading `www.`.
  /// - Parameters:
  ///   - known: the base URLs that the site's links have named so far.
  ///   - named: those that its links name now.
  static func isSameSite(_ mirrored: String, _ base: String, known: [String], named: [String]) -> Bool {
    mirrored == base || known.contains(base) || named.contains(mirrored) || bare(mirrored) == bare(base)
  }

  private static func bare(_ base: String) -> String {
    var text = base.lowercased()
    for prefix in ["https://", "http://", "www."] where text.hasPrefix(prefix) {
      text = String(text.dropFirst(prefix.count))
    }
    return text
  }
}

extension SiteIdentity {
  /// What a mirror remembers.
  /// - Throws: a fault of the mirror.
  init(of reading: Reading) throws {
    let base = try reading.fact(.siteBaseURL)
    self.init(
      base: base, bases: base == nil ? [] : try reading.siteBases(), account: try reading.fact(.siteAccount))
  }
}
