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

  /// The base URL that a link of a document names, and the path below it; nil when it is no link or does not lead there.
  /// Requests go to this origin, whatever the link names.
  /// - Parameter ownPath: where the site is on its host by its own word; empty at the root.
  package func placed(_ href: String, below ownPath: String) -> (base: String, path: String, query: String?)? {
    guard let address = try? WebAddress(href, relativeTo: url(path: "/")) else { return nil }
    guard ownPath.isEmpty || address.path == ownPath || address.path.hasPrefix(ownPath + "/") else { return nil }
    let below = String(address.path.dropFirst(ownPath.count))
    return ((BaseURL.origin(href) ?? address.origin.description) + ownPath, below.isEmpty ? "/" : below, address.query)
  }

  /// Scheme and authority as a link writes them; nil for one without.
  private static func origin(_ href: String) -> String? {
    let bytes = Array(href.utf8)
    guard let mark = bytes.indices.first(where: { bytes[$0...].starts(with: "://".utf8) }) else { return nil }
    let end = bytes[(mark + 3)...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.endIndex
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  /// The URL without a slash at its end.
  package var description: String { origin.description + path }
}
