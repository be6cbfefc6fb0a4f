/// A request that got no answer that can be used: what happened and what the operator can do.
package struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it was.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// No connection: refused, no route, or a proxy that does not let through.
    case unreachable
    /// The host's or the proxy's name has no address.
    case nameNotResolved
    /// Longer than the connect, total or low-speed limit.
    case timeout
    /// The site's certificate is not trusted or not for this host, or `site.caFile` cannot be used.
    case certificate
    /// TLS could not be agreed on.
    case tlsHandshake
    /// The connection ended before the answer was complete.
    case truncated
    /// More content than the limit.
    case tooLarge
    /// The site sends elsewhere; the token does not follow.
    case redirectToOtherOrigin
    /// More than five redirects.
    case tooManyRedirects
    /// The request itself was not for the site; nothing was sent.
    case otherOrigin
    /// Clear text to another machine without `site.allowInsecure`; nothing was sent.
    case insecure
    /// The request or a setting cannot be sent as it is; nothing was sent.
    case invalidRequest
    /// Bytes that are not HTTP, or content that does not decode.
    case protocolFailure
    /// Whoever asked did not want the content: it is not what it should be, or the disk is full.
    case refused
    /// The transport was shut down.
    case closed
  }

  /// What kind of failure it was.
  package var kind: Kind
  /// One sentence for the operator, with the way out; no secrets.
  package var message: String
  /// The URL without its query and user.
  package var url: String
  /// Whether the site may have received and carried out the request: then a write is uncertain and is settled by
  /// reading.
  package var mayHaveArrived: Bool

  /// - Parameter mayHaveArrived: nil for what the kind implies.
  package init(_ kind: Kind, _ message: String, url: String, mayHaveArrived: Bool? = nil) {
    self.kind = kind
    self.message = message
    self.url = url
    self.mayHaveArrived = mayHaveArrived ?? kind.mayHaveArrived
  }

  /// The message and the URL.
  package var description: String { "\(message) (\(url))" }
}

extension TransportError {
  /// An address of this machine or its neighbourhood, where no site of the world may send us.
  static func outOfReach(_ host: String, url: String) -> TransportError {
    TransportError(
      .otherOrigin,
      "\(host) is an address of this machine or of an inner network; a site that is not there itself may not send there",
      url: url)
  }
}

extension TransportError.Kind {
  /// Whether a request that failed so may have reached the site.
  var mayHaveArrived: Bool {
    switch self {
    case .unreachable, .nameNotResolved, .certificate, .tlsHandshake, .otherOrigin, .insecure, .invalidRequest: false
    case .timeout, .truncated, .tooLarge, .redirectToOtherOrigin, .tooManyRedirects, .protocolFailure, .refused,
      .closed:
      true
    }
  }
}
