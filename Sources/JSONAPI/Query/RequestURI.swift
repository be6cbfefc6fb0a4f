import Coding

/// The URI of a request as the site quotes it in links and errors.
package struct RequestURI: Sendable, Hashable {
  /// Scheme and authority, such as `https://community.example.org`, without a final slash.
  package let base: String
  /// The path as it was sent, percent-encoding kept.
  package let path: String
  /// The parameters.
  package let query: QueryString

  /// - Parameters:
  ///   - base: scheme and authority, without a final slash.
  ///   - target: path and optional query as in the request line (RFC 9112 section 3.2.1, origin-form).
  package init(base: String, target: String) {
    self.base = base
    if let question = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
      path = String(target[..<question])
      query = QueryString(parsing: String(target[target.utf8.index(after: question)...]))
    } else {
      (path, query) = (target, .empty)
    }
  }

  /// The same from its parts.
  /// - Parameters:
  ///   - path: as it was sent.
  ///   - query: as it was sent, without its question mark.
  package init(base: String, path: String, query: String) {
    (self.base, self.path) = (base, path)
    self.query = query.isEmpty ? .empty : QueryString(parsing: query)
  }

  /// The URI without its query.
  package var withoutQuery: String { base + path }
  /// The same, with escapes of characters that need none written as those characters (RFC 3986 section 6.2.2.2).
  package var normalized: String { base + PercentCoding.normalized(path) }
  /// The `via` link of errors.
  package var via: String { RequestURI.joined(withoutQuery, query.uriQuery) }
  /// The `self` link of documents.
  package var selfLink: String { RequestURI.joined(normalized, query.selfQuery) }
  /// A pager link to the page at `offset` of `limit` rows, both as the site writes them.
  package func pagerLink(offset: String, limit: String) -> String {
    RequestURI.joined(normalized, query.pagerQuery(offset: offset, limit: limit))
  }

  private static func joined(_ uri: String, _ query: String) -> String { query.isEmpty ? uri : "\(uri)?\(query)" }
}
