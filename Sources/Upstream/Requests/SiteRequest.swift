/// A request to the site's JSON:API as a value, without the base URL.
package struct SiteRequest: Sendable, Hashable {
  /// The method.
  package var method: String
  /// Begins with `/`, such as `/jsonapi/node/topic`; percent-encoded.
  package var path: String
  /// Percent-encoded, without `?`.
  package var query: String?
  /// A document, or the bytes of a file.
  package var body: [UInt8]?
  /// The media type of the body.
  package var contentType: String
  /// Fields besides `Accept` and `Content-Type`, such as `Content-Disposition` for uploads (reference 5.7).
  package var fields: [HTTPField]
  /// The most bytes of content that the answer may have; nil for the transport's own limit.
  package var maximumBodyBytes: Int?

  /// A request; only the path has no default.
  package init(
    _ method: String = "GET", path: String, query: String? = nil, body: [UInt8]? = nil,
    contentType: String = SiteAnswer.mediaType, fields: [HTTPField] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.contentType = contentType
    self.fields = fields
  }

  /// A GET for a link of a document, such as `links.next`; nil when it does not lead below the base (see `BaseURL.local`).
  package init?(following href: String, of base: BaseURL) {
    guard let local = base.local(href) else { return nil }
    self.init(path: local.path, query: local.query)
  }

  /// The same request under a URL that no cache has seen. JSON:API leaves names with a capital letter to whoever runs the site
  /// (JSON:API 1.0, 7.5), and a site that knows none of them takes no notice of it (reference 3.1).
  /// - Parameter number: another one each time.
  package func pastCaches(_ number: UInt64) -> SiteRequest {
    var request = self
    request.query = (query.map { "\($0)&" } ?? "") + "mirrorLook=\(String(number, radix: 36))"
    return request
  }

  /// The request on the wire. Reads ask caches for nothing that they kept (RFC 9111, 5.2.1.4).
  package func prepare(base: BaseURL) -> OutboundRequest {
    var all = [HTTPField("Accept", SiteAnswer.mediaType)]
    if method == "GET" { all.append(HTTPField("Cache-Control", "no-cache")) }
    if body != nil { all.append(HTTPField("Content-Type", contentType)) }
    return OutboundRequest(
      method: method, url: base.url(path: path, query: query), fields: all + fields, body: body,
      maximumBodyBytes: maximumBodyBytes)
  }
}
