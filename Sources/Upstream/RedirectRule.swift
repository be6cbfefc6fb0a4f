/// When a redirect is followed (RFC 9110, 15.4).
enum RedirectRule {
  /// How many in a row.
  static let limit = 5

  /// The URL to ask next; nil when the answer is to be taken as it is, such as one to a method that may not be repeated.
  /// - Throws: `TransportError` when the target is unreadable or of another origin.
  static func target(of response: InboundResponse, to request: OutboundRequest) throws(TransportError) -> String? {
    guard [301, 302, 303, 307, 308].contains(response.status), let location = response["Location"] else { return nil }
    let origin = try WebOrigin(of: request.url)
    let from = WebAddress.withoutSecrets(request.url)
    let target: WebAddress
    do {
      target = try WebAddress(location, relativeTo: request.url)
    } catch {
      throw TransportError(
        .protocolFailure, "\(origin.authority) redirects to an address that cannot be read", url: from)
    }
    guard target.origin == origin else {
      throw TransportError(
        .redirectToOtherOrigin,
        "\(origin) redirects to \(target.origin), where the token must not go; if that is the site, set site.baseURL to it",
        url: from)
    }
    return ["GET", "HEAD"].contains(request.method) ? target.text : nil
  }
}
