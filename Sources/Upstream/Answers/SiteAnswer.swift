import JSONAPI

/// What an answer to a JSON:API request amounts to. Nothing is taken for a document but what the site calls one: an
/// HTML page with status 200 is an error (reference 4, 7.6).
package enum SiteAnswer: Sendable, Hashable {
  /// The bytes of a document, not parsed.
  case document([UInt8])
  /// 204: done, nothing to say.
  case noContent

  /// `application/vnd.api+json`.
  package static let mediaType = "application/vnd.api+json"

  /// The document that a GET brought: status 200 and the media type of JSON:API.
  package static func document(of response: InboundResponse) throws(SiteError) -> [UInt8] {
    try documentText(of: response).bytes
  }

  /// The same with what the site has written around it, such as a notice of PHP.
  package static func documentText(of response: InboundResponse) throws(SiteError) -> DocumentText {
    guard response.status == 200 else { throw error(of: response) }
    return try checked(response)
  }

  /// What a POST, PATCH or DELETE brought: 200 and 201 with a document, or 204 (reference 5).
  package static func written(_ response: InboundResponse) throws(SiteError) -> SiteAnswer {
    switch response.status {
    case 200, 201: .document(try checked(response).bytes)
    case 204: .noContent
    default: throw error(of: response)
    }
  }

  /// The bytes of a file that a GET brought: status 200, of any media type. Whether it is the right file, and not a login
  /// page, the caller sees by comparing size and media type with the file's resource.
  package static func file(of response: InboundResponse) throws(SiteError) -> [UInt8] {
    guard response.status == 200 else { throw error(of: response) }
    return response.body
  }

  private static func checked(_ response: InboundResponse) throws(SiteError) -> DocumentText {
    guard response.mediaType == mediaType else {
      throw page(response)
    }
    // A document is an object; whether it is whole, the parser says.
    guard let document = DocumentText(in: response.body) else {
      throw SiteError(
        .malformed, status: response.status,
        detail: response.body.isEmpty ? "an empty document" : "the content is not a JSON object",
        mediaType: response.mediaType, excerpt: Excerpt.of(response.body))
    }
    return document
  }

  /// The error for a page in the place of a document.
  private static func page(_ response: InboundResponse) -> SiteError {
    var error = SiteError(
      .html, status: response.status, detail: PageWords.summary(response), retryAfter: response.retryAfter,
      mediaType: response.mediaType, excerpt: Excerpt.of(response.body))
    error.door = FrontDoor.firewall(response)
    return error
  }

  private static func error(of response: InboundResponse) -> SiteError {
    let status = response.status
    let first = firstError(of: response)
    // A firewall's page says nothing about the site, whatever its status.
    if first == nil, status != 401, status != 429, FrontDoor.firewall(response) != nil { return page(response) }
    // Here the answer would be about the resource, and only the site itself may say so, in its own form.
    if first == nil, (400..<500).contains(status), ![401, 408, 429].contains(status) { return page(response) }
    let kind: SiteError.Kind =
      switch status {
      case 401: .unauthorized
      case 429: .throttled
      case 408, 502, 503, 504: .unavailable
      case 500...599: .serverFault
      case 403: .forbidden
      case 404, 410: .notFound
      case 409: .conflict
      case 422: .unprocessable
      case 400..<500: .badRequest
      default: .malformed
      }
    let detail = first.map { $0["detail"]?.string ?? $0["title"]?.string } ?? nil
    var error = SiteError(
      kind, status: status,
      detail: kind == .malformed
        ? "status \(status) where a document was expected" : detail ?? PageWords.summary(response),
      pointer: first?["source"]?["pointer"]?.string, retryAfter: response.retryAfter, mediaType: response.mediaType,
      document: first == nil ? nil : DocumentText(in: response.body)?.bytes,
      excerpt: kind == .malformed ? Excerpt.of(response.body) : nil)
    error.isMaintenance = FrontDoor.isMaintenance(response)
    return error
  }

  /// The first error object of a JSON:API error document (JSON:API 1.0, 10.2).
  private static func firstError(of response: InboundResponse) -> JSON? {
    guard response.mediaType == mediaType, let text = DocumentText(in: response.body),
      let json = try? JSON(parsing: text.bytes)
    else { return nil }
    return json["errors"]?[0]
  }
}
