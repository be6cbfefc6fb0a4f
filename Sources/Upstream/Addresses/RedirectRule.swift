/// When a redirect is followed (RFC 9110, 15.4).
package enum RedirectRule {
  /// How many in a row.
  package static let limit = 5

  /// The URL to ask next; nil when the answer is to be taken as it is, such as one to a method that may not be repeated.
  /// - Parameter mayLeave: whether an answer that leads to another origin is to be taken as it is, too.
  /// - Throws: `TransportError` when the target is unreadable, or of another origin and that is not allowed.
  static func target(
    of response: InboundResponse, to request: OutboundRequest, mayLeave: Bool
  ) throws(TransportError) -> String? {
    guard let target = try address(of: response, to: request) else { return nil }
    let origin = try WebOrigin(of: request.url)
    guard target.origin == origin else {
      if mayLeave { return nil }
      throw TransportError(
        .redirectToOtherOrigin,
        "\(origin) redirects to \(target.origin), where the token must not go; if that is the site, set site.baseURL to it",
        url: WebAddress.withoutSecrets(request.url))
    }
    return ["GET", "HEAD"].contains(request.method) ? target.text : nil
  }

  /// The same request to where the answer to it leads, at another origin perhaps; nil when it leads nowhere. Fields that
  /// are for the first origin alone are not the request's own: a session adds them as it sends.
  /// - Throws: `TransportError` when the target is unreadable.
  package static func next(
    after response: InboundResponse, to request: OutboundRequest
  ) throws(TransportError) -> OutboundRequest? {
    guard let target = try address(of: response, to: request) else { return nil }
    var next = request
    next.url = target.text
    return next
  }

  /// More than `limit` in a row.
  package static func tooMany(_ request: OutboundRequest) -> TransportError {
    let origin = (try? WebOrigin(of: request.url).authority) ?? "the site"
    return TransportError(
      .tooManyRedirects, "\(origin) redirected more than \(limit) times", url: WebAddress.withoutSecrets(request.url))
  }

  private static func address(
    of response: InboundResponse, to request: OutboundRequest
  ) throws(TransportError) -> WebAddress? {
    guard [301, 302, 303, 307, 308].contains(response.status), let location = response["Location"] else { return nil }
    do {
      return try WebAddress(location, relativeTo: request.url)
    } catch {
      throw TransportError(
        .protocolFailure,
        "\(try WebOrigin(of: request.url).authority) redirects to an address that cannot be read",
        url: WebAddress.withoutSecrets(request.url))
    }
  }
}
