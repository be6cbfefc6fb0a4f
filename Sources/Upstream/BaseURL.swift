/// Where the site lives (`site.baseURL`): an origin and, where it is not at the root, a path.
package struct BaseURL: Sendable, Hashable, CustomStringConvertible {
  /// Scheme, host and port.
  package let origin: WebOrigin
  /// Empty at the root, else `/community`: begins with a slash, does not end with one.
  package let path: String

  /// Reads a base URL; slashes at its end do not matter.
  /// - Throws: `TransportError` (`invalidRequest`) for what is no `http` or `https` URL, or has a user, query or fragment.
  package init(_ text: String) throws(TransportError) {
    let address = try WebAddress(text)
    guard address.query == nil, !address.hasFragment else {
      throw TransportError(
        .invalidRequest, "site.baseURL may not have a query or a fragment", url: WebAddress.withoutSecrets(text))
    }
    origin = address.origin
    path = String(address.path.reversed().drop { $0 == "/" }.reversed())
  }

  /// The absolute URL of a path of the site.
  /// - Parameters:
  ///   - path: begins with `/`, as the site would write it if it were at the root.
  ///   - query: percent-encoded, without `?`.
  package func url(path: String, query: String? = nil) -> String {
    let suffix = query.flatMap { $0.isEmpty ? nil : "?\($0)" } ?? ""
    return origin.description + self.path + path + suffix
  }

  /// The site's path and query of a link in one of its documents; nil when it is none or not below this base.
  ///
  /// Only path and query are taken: behind a proxy a site may write another scheme or host into its links (reference
  /// 1.4), and whatever it writes, requests go to this origin.
  package func local(_ href: String) -> (path: String, query: String?)? {
    guard let address = try? WebAddress(href, relativeTo: url(path: "/")) else { return nil }
    guard path.isEmpty || address.path == path || address.path.hasPrefix(path + "/") else { return nil }
    let local = String(address.path.dropFirst(path.count))
    return (local.isEmpty ? "/" : local, address.query)
  }

  /// The URL without a slash at its end.
  package var description: String { origin.description + path }
}
