import CCurl

/// A web origin (RFC 6454): who a token belongs to.
package struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
  /// `http` or `https`.
  package let scheme: String
  /// Lower case; an IPv6 address stands in brackets.
  package let host: String
  /// The port, the scheme's own where the URL names none.
  package let port: Int

  /// The origin of an absolute URL.
  /// - Throws: `TransportError` (`invalidRequest`) when it is no `http` or `https` URL or carries a user name.
  package init(of url: String) throws(TransportError) { self = try WebAddress(url).origin }

  init(scheme: String, host: String, port: Int) {
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  /// `host:port`, for messages.
  package var authority: String { "\(host):\(port)" }

  /// Whether only this machine can be meant, so that clear text leaves nothing.
  package var isLoopback: Bool {
    if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// `https://host`, with the port where it is not the scheme's own.
  package var description: String {
    port == (scheme == "https" ? 443 : 80) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
  }
}

/// A URL in its parts. It is taken apart by libcurl, so that what is checked here is what libcurl connects to.
struct WebAddress: Hashable {
  var origin: WebOrigin
  /// Begins with `/`; dot segments are resolved.
  var path: String
  /// Without `?`; nil when absent.
  var query: String?
  var hasFragment: Bool

  /// - Parameter base: the URL that a relative reference counts from (RFC 3986, 5.2).
  init(_ text: String, relativeTo base: String? = nil) throws(TransportError) {
    guard let parts = curl_url() else {
      throw TransportError(.invalidRequest, "no memory to read a URL", url: WebAddress.withoutSecrets(text))
    }
    defer { curl_url_cleanup(parts) }
    let given = base.map { [$0, text] } ?? [text]
    for piece in given where curl_url_set(parts, CURLUPART_URL, piece, 0) != CURLUE_OK {
      throw WebAddress.unreadable(piece)
    }
    guard WebAddress.part(CURLUPART_USER, of: parts) == nil, WebAddress.part(CURLUPART_PASSWORD, of: parts) == nil
    else {
      throw TransportError(
        .invalidRequest, "a URL may not carry a user name or password", url: WebAddress.withoutSecrets(text))
    }
    guard let scheme = WebAddress.part(CURLUPART_SCHEME, of: parts)?.lowercased(), ["http", "https"].contains(scheme),
      let host = WebAddress.part(CURLUPART_HOST, of: parts)?.lowercased(), !host.isEmpty,
      let port = WebAddress.part(CURLUPART_PORT, of: parts, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap({ Int($0) })
    else { throw WebAddress.unreadable(text) }
    origin = WebOrigin(scheme: scheme, host: host, port: port)
    path = WebAddress.part(CURLUPART_PATH, of: parts) ?? "/"
    query = WebAddress.part(CURLUPART_QUERY, of: parts)
    hasFragment = WebAddress.part(CURLUPART_FRAGMENT, of: parts) != nil
  }

  /// The URL again, without a fragment.
  var text: String { origin.description + path + (query.map { "?\($0)" } ?? "") }

  /// A URL for messages: no query (signatures), no user, no fragment.
  static func withoutSecrets(_ url: String) -> String {
    let plain = url.prefix { $0 != "?" && $0 != "#" }
    guard let scheme = plain.range(of: "://") else { return String(plain) }
    let rest = plain[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return String(plain) }
    return String(plain[..<scheme.upperBound]) + rest[rest.index(after: at)...]
  }

  private static func unreadable(_ url: String) -> TransportError {
    TransportError(
      .invalidRequest, "not an absolute http or https URL; it should look like https://community.example.org",
      url: withoutSecrets(url))
  }

  private static func part(_ part: CURLUPart, of parts: OpaquePointer, flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}

extension Substring {
  /// Where a text stands in this one.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
